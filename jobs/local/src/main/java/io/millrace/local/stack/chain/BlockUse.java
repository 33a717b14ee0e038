package io.millrace.local.stack.chain;

import java.io.IOException;

/** Takes a block. */
@FunctionalInterface
public interface BlockUse {
    void of(MinedBlock block) throws IOException;
}
