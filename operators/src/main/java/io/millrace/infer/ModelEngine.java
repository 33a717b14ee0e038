package io.millrace.infer;

import io.millrace.infer.device.NumericClass;
import io.millrace.infer.store.ModelManifest;
import java.io.IOException;
import java.io.Serializable;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Opens the models of a node. Travels with the job; everything it opens stays on its node. */
public interface ModelEngine extends Serializable {

    /**
     * The same models on the device that a subtask of this node computes on.
     *
     * @param gpus indexes of the GPUs that Flink gave this node, ascending
     * @throws IllegalStateException if it is to compute on one and there is none
     */
    ModelEngine placed(int subtask, List<Integer> gpus);

    /** Manifests of all models the node has: it looks, which may take long. */
    Collection<ModelManifest> models() throws IOException;

    /**
     * The manifest of a model; null if the node does not have it, then it is looked for meanwhile.
     * Returns at once.
     */
    @Nullable ModelManifest find(String model);

    /** A model does not open: it is as if the node did not have it until it is put there anew. */
    void refuse(String model, Throwable cause);

    /** How many models the node has that are not what they say, or were refused. */
    int refused();

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
