package io.millrace.audit.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.PropertiesDefaultProvider;

/** The options in the files that {@code --config} names; they are defaults of the command line. */
public final class ConfigFiles {

    private ConfigFiles() {}

    /** Where the files are, whatever else the command line says. */
    @Command
    private static final class Names {
        @Option(names = "--config")
        private @Nullable String config;
    }

    /**
     * What {@code args} names, later files over earlier ones; null if it names none.
     *
     * @throws IOException that names the file that cannot be read
     */
    public static @Nullable IDefaultValueProvider of(String... args) throws IOException {
        Names names = new Names();
        new CommandLine(names)
                .setUnmatchedArgumentsAllowed(true)
                .setUnmatchedOptionsArePositionalParams(true)
                .parseArgs(args);
        if (names.config == null) {
            return null;
        }
        Properties options = new Properties();
        for (String file : names.config.split(",", -1)) {
            try (Reader reader = Files.newBufferedReader(Path.of(file))) {
                options.load(reader);
            } catch (NoSuchFileException e) {
                throw new IOException("there is no file %s; correct --config".formatted(file), e);
            } catch (IOException | IllegalArgumentException e) {
                throw new IOException(
                        "%s of --config cannot be read as properties: %s"
                                .formatted(file, e.getMessage()),
                        e);
            }
        }
        return new PropertiesDefaultProvider(options);
    }
}
