package io.millrace.local.cli;

import io.millrace.local.stack.Installation;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that names a stack. */
final class FolderOption {

    @Option(
            names = "--dir",
            paramLabel = "D",
            description =
                    "Folder of the stack, the same for up and for the commands that use it."
                            + " Default: jobs/local/target/stack of the project.")
    private @Nullable Path given;

    /** The folder, absolute. */
    Path path() {
        Path folder =
                given != null
                        ? given
                        : Installation.locate().home().resolve("jobs/local/target/stack");
        return folder.toAbsolutePath().normalize();
    }
}
