package io.millrace.infer;

import io.millrace.infer.device.NumericClass;
import java.io.IOException;
import java.io.Serializable;
import java.util.Collection;
import java.util.List;

/** Opens the models of a node. Travels with the job; everything it opens stays on its node. */
public interface ModelEngine extends Serializable {

    /**
     * The same models on the device that a subtask of this node computes on.
     *
     * @param gpus indexes of the GPUs that Flink gave this node, ascending
     * @throws IllegalStateException if it is to compute on one and there is none
     */
    ModelEngine placed(int subtask, List<Integer> gpus);

    /** Manifests of all models the node has. */
    Collection<ModelManifest> models() throws IOException;

    /** A tokenizer of its own for the caller's thread. */
    RowTokenizer tokenizer(String model) throws IOException;

    /** A runner of its own for the caller's thread. */
    ModelRunner runner(String model) throws IOException;

    /** Where the runners compute, as operators name it: {@code cpu}, {@code cuda:0}. */
    String device();

    /**
     * In which way they do. Known once a runner is open.
     *
     * @throws IOException if this machine does not say what it is
     */
    NumericClass numericClass() throws IOException;
}
