package io.millrace.infer.tiny;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** An ONNX graph of opset 13 under construction. Field numbers are those of onnx.proto3. */
final class OnnxGraph {

    private static final int FLOAT = 1;
    private static final int INT64 = 7;
    private static final int ATTRIBUTE_INT = 2;
    private static final int ATTRIBUTE_INTS = 7;
    private static final int IR_VERSION = 7;
    private static final int OPSET = 13;

    private final Protobuf graph = new Protobuf();

    OnnxGraph(String name) {
        graph.text(2, name);
    }

    /** An input of int64 [batch, sequence]. */
    OnnxGraph input(String name) {
        graph.message(11, value(name, INT64, List.of("batch", "sequence")));
        return this;
    }

    /** An output of float32 [batch, {@code width}]. */
    OnnxGraph output(String name, int width) {
        graph.message(12, value(name, FLOAT, List.of("batch", width)));
        return this;
    }

    /** Constant numbers. */
    OnnxGraph floats(String name, float[] values, int... shape) {
        ByteBuffer raw =
                ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        return constant(name, FLOAT, raw.array(), shape);
    }

    /** Constant integers. */
    OnnxGraph integers(String name, long[] values, int... shape) {
        ByteBuffer raw =
                ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asLongBuffer().put(values);
        return constant(name, INT64, raw.array(), shape);
    }

    private OnnxGraph constant(String name, int type, byte[] raw, int... shape) {
        Protobuf tensor = new Protobuf();
        for (int dimension : shape) {
            tensor.number(1, dimension);
        }
        graph.message(5, tensor.number(2, type).text(8, name).bytes(9, raw));
        return this;
    }

    /** A node whose one output has its name. */
    OnnxGraph node(String operator, String name, List<String> inputs, Protobuf... attributes) {
        Protobuf node = new Protobuf();
        inputs.forEach(input -> node.text(1, input));
        node.text(2, name).text(3, name).text(4, operator);
        for (Protobuf attribute : attributes) {
            node.message(5, attribute);
        }
        graph.message(1, node);
        return this;
    }

    /** An attribute of a node. */
    static Protobuf attribute(String name, long value) {
        return new Protobuf().text(1, name).number(3, value).number(20, ATTRIBUTE_INT);
    }

    /** An attribute that is a list. */
    static Protobuf attribute(String name, List<Integer> values) {
        Protobuf attribute = new Protobuf().text(1, name);
        values.forEach(value -> attribute.number(8, value));
        return attribute.number(20, ATTRIBUTE_INTS);
    }

    /** The model file. */
    byte[] toByteArray() {
        return new Protobuf()
                .number(1, IR_VERSION)
                .text(2, "millrace tiny models")
                .message(7, graph)
                .message(8, new Protobuf().text(1, "").number(2, OPSET))
                .toByteArray();
    }

    private static Protobuf value(String name, int type, List<Object> shape) {
        Protobuf dimensions = new Protobuf();
        for (Object dimension : shape) {
            dimensions.message(
                    1,
                    dimension instanceof Integer size
                            ? new Protobuf().number(1, size)
                            : new Protobuf().text(2, dimension.toString()));
        }
        Protobuf tensor = new Protobuf().number(1, type).message(2, dimensions);
        return new Protobuf().text(1, name).message(2, new Protobuf().message(1, tensor));
    }
}
