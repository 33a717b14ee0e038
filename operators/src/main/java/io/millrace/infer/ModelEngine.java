package io.millrace.infer;

import java.io.IOException;
import java.io.Serializable;
import java.util.Collection;

/** Opens the models of a node. Travels with the job; everything it opens stays on its node. */
public interface ModelEngine extends Serializable {

    /** Manifests of all models the node has. */
    Collection<ModelManifest> models() throws IOException;

    /** A tokenizer of its own for the caller's thread. */
    RowTokenizer tokenizer(String model) throws IOException;

    /** A runner of its own for the caller's thread. */
    ModelRunner runner(String model) throws IOException;

    /** Where the runners compute, as operators name it: {@code cpu}. */
    String device();
}
