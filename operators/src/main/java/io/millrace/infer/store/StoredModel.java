package io.millrace.infer.store;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A model and its folder.
 *
 * @param manifest whose digests the files had when they were read
 * @param directory of manifest and files
 */
public record StoredModel(ModelManifest manifest, Path directory) {

    public StoredModel {
        requireNonNull(manifest, "manifest is null");
        requireNonNull(directory, "directory is null");
    }

    /**
     * The one in {@code directory}, after its files' digests were checked.
     *
     * @throws IllegalArgumentException if the manifest is no valid one, or a file is not the one it
     *     names
     */
    public static StoredModel read(Path directory) throws IOException {
        return new StoredModel(ModelManifest.read(directory), directory);
    }

    /**
     * All below {@code modelsDir}.
     *
     * @throws NotDirectoryException if that is no directory
     * @throws IllegalArgumentException as {@link #read}, for any of them
     */
    public static List<StoredModel> all(Path modelsDir) throws IOException {
        List<StoredModel> models = new ArrayList<>();
        for (Path directory : directories(modelsDir)) {
            models.add(read(directory));
        }
        return models;
    }

    /** Folders with a manifest, by name. One whose name begins with a dot is not finished yet. */
    static List<Path> directories(Path modelsDir) throws IOException {
        if (!Files.isDirectory(modelsDir)) {
            throw new NotDirectoryException(
                    modelsDir + " is not a directory of models: set models.dir, or unpack one");
        }
        try (Stream<Path> entries = Files.list(modelsDir)) {
            return entries.filter(entry -> !entry.getFileName().toString().startsWith("."))
                    .filter(entry -> Files.exists(entry.resolve(ModelManifest.FILE)))
                    .sorted()
                    .toList();
        }
    }

    /** The one of that name. */
    public Path file(String name) {
        return directory.resolve(name);
    }

    /**
     * Reads it again, as it may have changed since; of large files only those that have.
     *
     * @throws IOException if a file is gone
     * @throws IllegalArgumentException if it is another model now, or none
     */
    public void verify() throws IOException {
        ModelManifest found = ModelManifest.read(directory);
        if (!found.id().equals(manifest.id())) {
            throw new IllegalArgumentException(
                    "%s holds model %s now, no longer %s"
                            .formatted(directory, found.id(), manifest.id()));
        }
    }
}
