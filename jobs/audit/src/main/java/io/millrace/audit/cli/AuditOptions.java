package io.millrace.audit.cli;

import io.millrace.audit.Audit;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How an audit goes about it; the launcher's command has these too. */
public final class AuditOptions {

    @Option(
            names = "--anchor",
            paramLabel = "FILE",
            description =
                    "Go on where the audit that wrote this file ended, and write it anew if"
                            + " nothing differs.")
    private @Nullable Path anchor;

    @Option(
            names = "--work-dir",
            paramLabel = "D",
            description =
                    "Folder for what does not fit into memory, about 2 KB a charge. Default: the"
                            + " system's for temporary files.")
    private @Nullable Path folder;

    /** For {@link Audit#run}. */
    public Audit.Settings settings() {
        Audit.Settings settings = Audit.Settings.defaults().withAnchor(anchor);
        return folder == null ? settings : settings.in(folder);
    }
}
