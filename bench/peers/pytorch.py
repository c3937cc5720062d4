"""PyTorch as a contestant: reads one JSON command per line and answers with one line of JSON.

{"open": {shape, arrays as base64, threads, device, steps}} trains the first steps, {"measure": seconds} trains groups of
steps of about 250 ms, each ended by reading the loss, as the pages do. The process ends with its input.
"""

import base64
import json
import sys
import time

import numpy
import torch

GROUP_SECONDS = 0.25
CELLS = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM, "rnn": torch.nn.RNN}


def floats(text, shape):
    """float32 of little-endian bytes in base64."""
    return torch.from_numpy(numpy.frombuffer(base64.b64decode(text), dtype="<f4").reshape(shape).copy())


class Stack(torch.nn.Module):
    """Recurrent layers of any sizes under a linear head, on [B, T, I]."""

    def __init__(self, shape):
        super().__init__()
        widths = [shape["I"], *shape["H"]]
        cell = CELLS[shape["cell"]]
        self.layers = torch.nn.ModuleList(cell(d, h, batch_first=True) for d, h in zip(widths, widths[1:]))
        self.head = torch.nn.Linear(widths[-1], shape["out"])
        self.each = shape["each"]

    def load(self, layers, head):
        """Weights by PyTorch's own names, flat."""
        with torch.no_grad():
            for layer, weights in zip(self.layers, layers):
                for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                    parameter = getattr(layer, f"{name}_l0")
                    parameter.copy_(floats(weights[name], parameter.shape))
            self.head.weight.copy_(floats(head["weight"], self.head.weight.shape))
            self.head.bias.copy_(floats(head["bias"], self.head.bias.shape))

    def forward(self, x):
        for layer in self.layers:
            x, _ = layer(x)
        return self.head(x if self.each else x[:, -1])


class Contestant:
    """One network in training on one batch."""

    def __init__(self, wish):
        shape = wish["shape"]
        torch.set_num_threads(wish["threads"])
        device = torch.device(wish["device"])
        self.loss_name = shape["loss"]
        self.x = floats(wish["x"], (shape["B"], shape["T"], shape["I"])).to(device)
        rows = (shape["B"], shape["T"]) if shape["each"] else (shape["B"],)
        if self.loss_name == "ce":
            ids = numpy.frombuffer(base64.b64decode(wish["y"]), dtype="<i4").astype("int64")
            self.y = torch.from_numpy(ids).to(device)
        else:
            self.y = floats(wish["y"], (*rows, shape["out"])).to(device)
        self.model = Stack(shape)
        self.model.load(wish["layers"], wish["head"])
        self.model.to(device)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-3, eps=1e-7)
        self.inner = None
        self.variant = describe(device)

    def step(self):
        """One training step; the loss before its update."""
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(self.model(self.x))
        loss.backward()
        self.optimizer.step()
        return loss

    def loss(self, logits):
        functional = torch.nn.functional
        if self.loss_name == "mse":
            return functional.mse_loss(logits, self.y)
        if self.loss_name == "bce":
            return functional.binary_cross_entropy_with_logits(logits, self.y)
        return functional.cross_entropy(logits.flatten(0, -2), self.y)

    def group(self, inner):
        """Seconds of `inner` steps, the last loss in hand."""
        began = time.perf_counter()
        for _ in range(inner):
            loss = self.step()
        loss.item()
        return time.perf_counter() - began

    def size_group(self):
        """Steps that take about GROUP_SECONDS."""
        inner = 1
        while True:
            seconds = self.group(inner)
            if seconds >= GROUP_SECONDS / 4:
                return max(1, round(GROUP_SECONDS * inner / seconds))
            inner *= 2

    def measure(self, seconds):
        """Groups of steps until `seconds` have passed, at least one."""
        self.inner = self.inner or self.size_group()
        end = time.perf_counter() + seconds
        groups = [self.group(self.inner)]
        while time.perf_counter() < end:
            groups.append(self.group(self.inner))
        steps = len(groups) * self.inner
        return {"steps": steps, "stepMs": 1000 * sum(groups) / steps}


def describe(device):
    """Version, and what decides its speed there."""
    if device.type == "cuda":
        tf32 = "on" if torch.backends.cudnn.allow_tf32 else "off"
        return f"torch {torch.__version__}, eager, {torch.cuda.get_device_name()}, cuDNN {torch.backends.cudnn.version()}, TF32 {tf32} in cuDNN"
    mkl = "with MKL" if torch.backends.mkl.is_available() else "without MKL"
    threads = torch.get_num_threads()
    return f"torch {torch.__version__} {mkl}, eager, threads: {threads} (by default {DEFAULT_THREADS})"


def answer(command, state):
    """Carries out one command."""
    if "open" in command:
        began = time.perf_counter()
        contestant = state["contestant"] = Contestant(command["open"])
        losses = []
        for _ in range(command["open"]["steps"]):
            losses.append(contestant.step().item())
            if len(losses) == 1:
                first_ms = 1000 * (time.perf_counter() - began)
        return {"variant": contestant.variant, "firstStepMs": first_ms, "losses": losses}
    return state["contestant"].measure(command["measure"])


DEFAULT_THREADS = torch.get_num_threads()


def main():
    """Says what there is, then answers until the input ends."""
    ready = {"version": torch.__version__, "threads": DEFAULT_THREADS, "cuda": torch.cuda.is_available()}
    print(json.dumps(ready), flush=True)
    state = {}
    for line in sys.stdin:
        try:
            result = answer(json.loads(line), state)
        except Exception as error:  # the other side turns it into a row that does not count
            result = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(result), flush=True)


main()
