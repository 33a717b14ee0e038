package io.millrace.local.chaos.store;

import java.net.URI;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystemFactory;

/** Makes paths of {@link #SCHEME} known to every process of Flink that has this class. */
public final class StallingFileSystemFactory implements FileSystemFactory {

    /** Before a path of this machine. */
    static final String SCHEME = "stalling";

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public FileSystem create(URI uri) {
        return new StallingFileSystem();
    }
}
