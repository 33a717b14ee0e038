package io.millrace.job;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.util.ParameterTool;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Program arguments as options of {@link JobOptions}: {@code --config FILE,FILE}, YAML files of
 * which a later one stands over an earlier, and {@code --key value} over them all.
 *
 * <p>In a file {@code chain.id: 1} and {@code chain: {id: 1}} say the same. A value is the text
 * that stands there: an address remains an address where YAML would read a number.
 */
public final class JobArguments {

    private static final String CONFIG = "config";

    private JobArguments() {}

    /**
     * The options by key, unchecked: {@link JobConfig} knows which there are.
     *
     * @throws IllegalArgumentException if a file cannot be read as options; names the file, the
     *     line and the remedy
     */
    public static Map<String, String> parse(String... args) {
        Map<String, String> given = new LinkedHashMap<>(ParameterTool.fromArgs(args).toMap());
        String files = given.remove(CONFIG);
        Map<String, String> options = new LinkedHashMap<>();
        if (files != null) {
            for (String file : files.split(",", -1)) {
                options.putAll(read(Path.of(file.strip())));
            }
        }
        options.putAll(given);
        return options;
    }

    private static Map<String, String> read(Path file) {
        LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).build();
        try {
            Optional<Node> root = new Compose(settings).composeString(text(file));
            Map<String, String> options = new LinkedHashMap<>();
            root.ifPresent(node -> collect(file, "", node, options));
            return options;
        } catch (YamlEngineException e) {
            throw new IllegalArgumentException(
                    "--config: %s is no YAML: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(
                    "--config: there is no file '%s'; several are separated by commas"
                            .formatted(file),
                    e);
        } catch (MalformedInputException e) {
            throw new IllegalArgumentException("--config: %s is not UTF-8".formatted(file), e);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "--config: cannot read %s: %s".formatted(file, e), e);
        }
    }

    private static void collect(Path file, String key, Node node, Map<String, String> options) {
        if (node.getAnchor().isPresent()) {
            throw refused(file, key, node, "has an anchor; write the value out where it is wanted");
        }
        if (node instanceof MappingNode mapping) {
            for (NodeTuple entry : mapping.getValue()) {
                String name = nameOf(file, key, entry.getKeyNode());
                collect(
                        file,
                        key.isEmpty() ? name : key + "." + name,
                        entry.getValueNode(),
                        options);
            }
        } else if (node instanceof ScalarNode scalar && !key.isEmpty()) {
            if (scalar.getTag().equals(Tag.NULL)) {
                throw refused(file, key, node, "has no value; give it one or leave the line out");
            }
            if (options.put(key, scalar.getValue()) != null) {
                throw refused(file, key, node, "is there twice; keep one");
            }
        } else if (key.isEmpty()) {
            throw refused(file, key, node, "no options are here; write 'key: value' lines");
        } else {
            throw refused(
                    file, key, node, "is a list; write its values as one text, as --key takes it");
        }
    }

    private static String nameOf(Path file, String parent, Node name) {
        if (name instanceof ScalarNode scalar && !scalar.getValue().isBlank()) {
            return scalar.getValue();
        }
        throw refused(file, parent, name, "has a key that is no text");
    }

    private static IllegalArgumentException refused(
            Path file, String key, Node node, String reason) {
        String line = node.getStartMark().map(mark -> ", line " + (mark.getLine() + 1)).orElse("");
        return new IllegalArgumentException(
                "--config: %s%s: %s%s"
                        .formatted(file, line, key.isEmpty() ? "" : "'" + key + "' ", reason));
    }
}
