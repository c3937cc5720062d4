// training-steps, `micro`: whole training steps of tiny networks inside one dispatch; one workgroup for each model.
//
//   for each step: for each round: for each routine in the order below: for each of its calls: the routine, then a barrier
//
// | binding | tensor  | access     | shape                                             |
// | ------- | ------- | ---------- | ------------------------------------------------- |
// | 0       | table   | read       | [calls, 40] and [rounds, 14], see below           |
// | 1       | given   | read       | [steps, models, columns], run-time scalars        |
// | 2       | arena   | read_write | every tensor of these phases, as words            |
//
// All lanes of a workgroup work on one call; `lib/micro-access` says how a routine reads its row of the table. The calls stand in
// the table as they are played; behind them is, for each round and routine, the word where the calls of that routine end. Software
// adapters walk through all the code between two jumps back, whatever is taken, so a routine stands here once, a step needs few
// rounds, and sizes leave out what a Program has no use for: bit i of ROUTINES is the i-th routine, bit i of CELLS the i-th cell of
// `lib/micro-forward`, and no layer has more than UNITS units. Flags are gathered in workgroup memory: the arena has no atomics.

struct Args {
  first: u32,
  steps: u32,
  rounds: u32,
  ends: u32,
  columns: u32,
  models: u32,
  flags: u32,
  flagsPerModel: u32,
}

@group(0) @binding(0) var<storage, read> table: array<u32>;
@group(0) @binding(1) var<storage, read> given: array<u32>;
@group(0) @binding(2) var<storage, read_write> arena: array<u32>;
@group(1) @binding(0) var<uniform> args: Args;

override WORKGROUP_SIZE: u32 = 8u;
override ROUTINES: u32 = 16383u;
override CELLS: u32 = 31u;
override UNITS: u32 = 32u;

const ROUTINE_COUNT: u32 = 14u;

var<workgroup> sh_flags: atomic<u32>;
var<workgroup> sh_sums: array<f32, WORKGROUP_SIZE>;

// What `lib/micro-products` keeps of U while it walks through time, and the vector that meets it.
var<private> held: array<mat4x4<f32>, 32>;
var<private> vector: array<vec4<f32>, 8>;

fn raise(bit: u32) {
  atomicOr(&sh_flags, bit);
}

// True from a flagged step on: the optimizer leaves everything as it is.
fn is_flagged() -> bool {
  return atomicLoad(&sh_flags) != 0u;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let flags_at = args.flags + group.x * args.flagsPerModel;
  if (lane == 0u) {
    atomicStore(&sh_flags, arena[flags_at]);
  }
  workgroupBarrier();
  for (var step = args.first; step < args.first + args.steps; step++) {
    var call = Call(0u, (step * args.models + group.x) * args.columns, group.x);
    for (var round = 0u; round < args.rounds; round++) {
      let ends = args.ends + round * ROUTINE_COUNT;
      if ((ROUTINES & 1u) != 0u) {
        for (; call.at < table[ends + 0u]; call.at += CALL_WORDS) {
          cut_windows(call, lane);
          storageBarrier();
        }
      }
      if ((ROUTINES & 2u) != 0u) {
        for (; call.at < table[ends + 1u]; call.at += CALL_WORDS) {
          look_up(call, lane);
          storageBarrier();
        }
      }
      if ((ROUTINES & 4u) != 0u) {
        for (; call.at < table[ends + 2u]; call.at += CALL_WORDS) {
          multiply(call, lane);
          storageBarrier();
        }
      }
      if ((ROUTINES & 8u) != 0u) {
        for (; call.at < table[ends + 3u]; call.at += CALL_WORDS) {
          run_forward(call, lane);
          storageBarrier();
        }
      }
      if ((ROUTINES & 16u) != 0u) {
        for (; call.at < table[ends + 4u]; call.at += CALL_WORDS) {
          lose_squares(call, lane);
          storageBarrier();
        }
      }
      if ((ROUTINES & 32u) != 0u) {
        for (; call.at < table[ends + 5u]; call.at += CALL_WORDS) {
          lose_bits(call, lane);
          storageBarrier();
        }
      }
      if ((ROUTINES & 64u) != 0u) {
        for (; call.at < table[ends + 6u]; call.at += CALL_WORDS) {
          lose_classes(call, lane);
          storageBarrier();
        }
      }
      if ((ROUTINES & 128u) != 0u) {
        for (; call.at < table[ends + 7u]; call.at += CALL_WORDS) {
          sum_columns(call, lane);
          storageBarrier();
        }
      }
      if ((ROUTINES & 256u) != 0u) {
        for (; call.at < table[ends + 8u]; call.at += CALL_WORDS) {
          run_backward(call, lane);
          storageBarrier();
        }
      }
      if ((ROUTINES & 512u) != 0u) {
        for (; call.at < table[ends + 9u]; call.at += CALL_WORDS) {
          add_by_id(call, lane);
          storageBarrier();
        }
      }
      if ((ROUTINES & 1024u) != 0u) {
        for (; call.at < table[ends + 10u]; call.at += CALL_WORDS) {
          reduce(call, lane);
          storageBarrier();
        }
      }
      if ((ROUTINES & 2048u) != 0u) {
        for (; call.at < table[ends + 11u]; call.at += CALL_WORDS) {
          descend_sgd(call, lane);
          storageBarrier();
        }
      }
      if ((ROUTINES & 4096u) != 0u) {
        for (; call.at < table[ends + 12u]; call.at += CALL_WORDS) {
          descend_adam(call, lane);
          storageBarrier();
        }
      }
      if ((ROUTINES & 8192u) != 0u) {
        for (; call.at < table[ends + 13u]; call.at += CALL_WORDS) {
          descend_rmsprop(call, lane);
          storageBarrier();
        }
      }
    }
  }
  workgroupBarrier();
  if (lane == 0u) {
    arena[flags_at] = atomicLoad(&sh_flags);
  }
}
