"""Two LiteRT models of the twin step: NODES nodes, each its own perceptron, batch 1.

Built straight from LiteRT's flatbuffer schema, so no converter (and no TensorFlow) is needed.
"""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

NODES, WIDTHS = 8, [3, 32, 32, 2]
_FLOAT, _INT32 = schema.TensorType.FLOAT32, schema.TensorType.INT32


def weights(seed=5):
    """Per layer: weights [NODES, in, out] and biases [NODES, 1, out]."""
    draw = np.random.default_rng(seed)

    def uniform(inputs, *shape):
        return (draw.uniform(-1, 1, shape) / np.sqrt(inputs)).astype(np.float32)

    pairs = list(zip(WIDTHS[:-1], WIDTHS[1:]))
    return [(uniform(inputs, NODES, inputs, outputs), uniform(inputs, NODES, 1, outputs)) for inputs, outputs in pairs]


def reference(layers, values):
    """The same step in NumPy: values [NODES, 1, 3] to [NODES, 1, 2]."""
    for matrix, biases in layers[:-1]:
        values = np.tanh(values @ matrix + biases)
    return values @ layers[-1][0] + layers[-1][1]


class _Graph:
    """Collects tensors and operations of one subgraph and serialises them."""

    def __init__(self):
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.operatorCodes = []
        self.model.buffers = [schema.BufferT()]
        self.graph = schema.SubGraphT()
        self.graph.tensors, self.graph.operators = [], []
        self.model.subgraphs = [self.graph]
        self.codes = {}

    def tensor(self, shape, values=None):
        """Index of a new tensor; with `values` it is a constant."""
        tensor = schema.TensorT()
        tensor.name = f"t{len(self.graph.tensors)}"
        tensor.shape = list(shape)
        tensor.type = _FLOAT
        tensor.buffer = 0
        if values is not None:
            values = np.ascontiguousarray(values)
            tensor.type = _INT32 if values.dtype == np.int32 else _FLOAT
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(values.tobytes(), np.uint8)
            tensor.buffer = len(self.model.buffers)
            self.model.buffers.append(buffer)
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def constant(self, values):
        return self.tensor(np.shape(values), values)

    def apply(self, name, inputs, shapes, **options):
        """Adds operation `name` (as in the schema) and returns the indices of its outputs, of the given shapes."""
        code = getattr(schema.BuiltinOperator, _screaming(name))
        if code not in self.codes:
            entry = schema.OperatorCodeT()
            entry.builtinCode, entry.deprecatedBuiltinCode, entry.version = code, min(code, 127), 1
            self.codes[code] = len(self.codes)
            self.model.operatorCodes.append(entry)
        operator = schema.OperatorT()
        operator.opcodeIndex = self.codes[code]
        operator.inputs = inputs
        operator.outputs = [self.tensor(shape) for shape in shapes]
        kind = getattr(schema, f"{name}OptionsT", None)
        if kind is not None:
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, f"{name}Options")
            operator.builtinOptions = kind()
            for key, value in options.items():
                setattr(operator.builtinOptions, key, value)
        self.graph.operators.append(operator)
        return operator.outputs

    def serialise(self, inputs, outputs):
        self.graph.inputs, self.graph.outputs = inputs, outputs
        builder = flatbuffers.Builder(1 << 16)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def _screaming(name):
    """FullyConnected to FULLY_CONNECTED, BatchMatMul to the schema's BATCH_MATMUL."""
    if name == "BatchMatMul":
        return "BATCH_MATMUL"
    return "".join("_" + letter if letter.isupper() else letter for letter in name).lstrip("_").upper()


def stacked(layers):
    """All nodes at once: one BATCH_MATMUL a layer."""
    graph = _Graph()
    first = values = graph.tensor([NODES, 1, WIDTHS[0]])
    for index, (matrix, biases) in enumerate(layers):
        shape = [NODES, 1, WIDTHS[index + 1]]
        (values,) = graph.apply("BatchMatMul", [values, graph.constant(matrix)], [shape])
        (values,) = graph.apply("Add", [values, graph.constant(biases)], [shape])
        if index < len(layers) - 1:
            (values,) = graph.apply("Tanh", [values], [shape])
    return graph.serialise([first], [values])


def per_node(layers):
    """Each node its own chain of FULLY_CONNECTED."""
    graph = _Graph()
    first = graph.tensor([NODES, 1, WIDTHS[0]])
    axis = graph.constant(np.array(0, np.int32))
    nodes = graph.apply("Split", [axis, first], [[1, 1, WIDTHS[0]]] * NODES, numSplits=NODES)
    row = graph.constant(np.array([1, WIDTHS[0]], np.int32))
    ends = []
    for node, values in enumerate(nodes):
        (values,) = graph.apply("Reshape", [values, row], [[1, WIDTHS[0]]])
        for index, (matrix, biases) in enumerate(layers):
            shape = [1, WIDTHS[index + 1]]
            operands = [values, graph.constant(matrix[node].T), graph.constant(biases[node, 0])]
            (values,) = graph.apply("FullyConnected", operands, [shape])
            if index < len(layers) - 1:
                (values,) = graph.apply("Tanh", [values], [shape])
        ends.append(values)
    (joined,) = graph.apply("Concatenation", ends, [[NODES, WIDTHS[-1]]], axis=0)
    shape = [NODES, 1, WIDTHS[-1]]
    (values,) = graph.apply("Reshape", [joined, graph.constant(np.array(shape, np.int32))], [shape])
    return graph.serialise([first], [values])
