package io.millrace.local.image;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.pages.Script;
import io.millrace.local.stack.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a Dockerfile of the manifests makes, in a folder instead of an image: the same files at the
 * same places, and the same command to start it, without a container engine. The base image is this
 * machine.
 */
public final class ImageTree {

    private static final String OURS = "/opt/millrace/";
    private static final Pattern COPY = Pattern.compile("(?m)^COPY (\\S+) (\\S+)$");
    private static final Pattern ENTRY = Pattern.compile("(?m)^ENTRYPOINT (\\[.*])$");

    private final Path root;
    private final List<String> entry;

    private ImageTree(Path root, List<String> entry) {
        this.root = root;
        this.entry = entry;
    }

    /** Assembles {@code image} as its script does, in an empty {@code folder}. */
    public static ImageTree assemble(String image, Path folder) throws Exception {
        Path scripts = Installation.locate().home().resolve("k8s/image");
        Path context = folder.resolve("context");
        new Script(Files.createDirectories(folder))
                .run("node", scripts.resolve("assemble.mjs").toString(), image, context.toString());
        String dockerfile = Files.readString(scripts.resolve(image + ".Dockerfile"));
        Path root = folder.resolve("root");
        for (MatchResult copy : COPY.matcher(dockerfile).results().toList()) {
            Path target = root.resolve(copy.group(2).substring(1));
            Path source = context.resolve(copy.group(1));
            Files.createDirectories(target.getParent());
            new Script(folder).run("cp", "-r", source.toString(), target.toString());
        }
        String command =
                ENTRY.matcher(dockerfile)
                        .results()
                        .map(found -> found.group(1))
                        .findFirst()
                        .orElseThrow(() -> new IOException(image + " has no ENTRYPOINT"));
        return new ImageTree(root, List.of(new ObjectMapper().readValue(command, String[].class)));
    }

    /** Where a path of the image is on this machine; its folder is there. */
    public Path at(String path) throws IOException {
        Path found = root.resolve(path.substring(1));
        Files.createDirectories(found.getParent());
        return found;
    }

    /** What a ConfigMap of the manifests says, with the paths of the image as they are here. */
    public String here(String text) {
        return text.replace(OURS, root + OURS);
    }

    /** The image's command with a container's arguments. */
    public List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(entry);
        command.addAll(List.of(arguments));
        return command.stream().map(this::here).toList();
    }

    /** Its files with when they were written, without those below {@code volumes}. */
    public Map<String, Long> files(Set<String> volumes) throws IOException {
        Map<String, Long> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                String path = "/" + root.relativize(file);
                if (volumes.stream().noneMatch(volume -> path.startsWith(volume + "/"))) {
                    files.put(path, Files.getLastModifiedTime(file).toMillis());
                }
            }
        }
        return files;
    }
}
