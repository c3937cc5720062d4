// Start of row b of the states' row `row` in the kernel's model: for persistent backward kernels, which bind `h` where their cell needs
// it.

fn state_start(row: u32, b: u32) -> u32 {
  return model * args.hPerModel + (row * args.B + b) * args.H;
}
