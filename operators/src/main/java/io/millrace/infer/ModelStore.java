package io.millrace.infer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The models below one directory, {@code <models.dir>/<name>/manifest.json}, all verified. */
public final class ModelStore {

    /** A verified manifest and where its files lie. */
    record Stored(ModelManifest manifest, Path directory) {

        Path file(String name) {
            return directory.resolve(name);
        }
    }

    private final Path modelsDir;
    private final Map<String, Stored> models;

    private ModelStore(Path modelsDir, Map<String, Stored> models) {
        this.modelsDir = modelsDir;
        this.models = models;
    }

    /**
     * Reads every manifest below {@code modelsDir} and checks the digests of the files.
     *
     * @throws IllegalArgumentException if a model is not what its manifest says
     */
    public static ModelStore load(Path modelsDir) throws IOException {
        if (!Files.isDirectory(modelsDir)) {
            throw new NotDirectoryException(
                    modelsDir + " is not a directory of models: set models.dir, or unpack one");
        }
        List<Path> directories;
        try (Stream<Path> entries = Files.list(modelsDir)) {
            directories =
                    entries.filter(entry -> Files.exists(entry.resolve(ModelManifest.FILE)))
                            .sorted()
                            .toList();
        }
        Map<String, Stored> models = new TreeMap<>();
        for (Path directory : directories) {
            Stored stored = new Stored(ModelManifest.read(directory), directory);
            models.putIfAbsent(stored.manifest.id(), stored);
        }
        return new ModelStore(modelsDir, models);
    }

    /** Ids of the models. */
    public Set<String> ids() {
        return Set.copyOf(models.keySet());
    }

    /** The models' manifests, ordered by id. */
    public Collection<ModelManifest> manifests() {
        return models.values().stream().map(Stored::manifest).toList();
    }

    /**
     * The model with this id.
     *
     * @throws IllegalArgumentException if it is not in the directory
     */
    Stored require(String id) {
        @Nullable Stored stored = models.get(id);
        if (stored == null) {
            throw new IllegalArgumentException(
                    "model %s is not below %s, which has %s; put its directory there and restart"
                            .formatted(id, modelsDir, models.keySet()));
        }
        return stored;
    }
}
