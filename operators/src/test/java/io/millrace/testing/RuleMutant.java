package io.millrace.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * One way to break a money rule: a header of {@code name: value} lines, then a unified diff of one
 * hunk in one file. Line numbers do not count; the lines themselves must be in the file, once.
 *
 * @param name of the patch file, without its ending
 * @param rule M1 to M10
 * @param breaks what goes wrong, in words
 * @param killedBy tests that must fail, Class#method for Java and the function's name for Solidity
 * @param file patched, from the repository's root
 * @param oldLines as they are
 * @param newLines as the mutant has them
 */
record RuleMutant(
        String name,
        String rule,
        String breaks,
        List<String> killedBy,
        String file,
        String oldLines,
        String newLines) {

    /** Those of a folder, by name. */
    static List<RuleMutant> in(Path folder) throws IOException {
        List<RuleMutant> mutants = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".patch")).toList()) {
                mutants.add(read(file));
            }
        }
        mutants.sort(Comparator.comparing(RuleMutant::name));
        return mutants;
    }

    private static RuleMutant read(Path patch) throws IOException {
        String rule = "";
        String breaks = "";
        List<String> killedBy = new ArrayList<>();
        String file = "";
        StringBuilder oldLines = new StringBuilder();
        StringBuilder newLines = new StringBuilder();
        boolean inHunk = false;
        for (String line : Files.readAllLines(patch)) {
            if (inHunk) {
                if (!line.startsWith("+")) {
                    oldLines.append(line.substring(1)).append('\n');
                }
                if (!line.startsWith("-")) {
                    newLines.append(line.substring(1)).append('\n');
                }
            } else if (line.startsWith("rule: ")) {
                rule = line.substring("rule: ".length());
            } else if (line.startsWith("breaks: ")) {
                breaks = line.substring("breaks: ".length());
            } else if (line.startsWith("killed by: ")) {
                killedBy.add(line.substring("killed by: ".length()));
            } else if (line.startsWith("--- a/")) {
                file = line.substring("--- a/".length());
            } else if (line.startsWith("@@")) {
                inHunk = true;
            }
        }
        String name = patch.getFileName().toString().replace(".patch", "");
        if (rule.isEmpty() || breaks.isEmpty() || killedBy.isEmpty() || oldLines.isEmpty()) {
            throw new IOException(
                    patch + " lacks one of: rule, breaks, killed by, --- a/file, @@ and a hunk");
        }
        return new RuleMutant(
                name, rule, breaks, killedBy, file, oldLines.toString(), newLines.toString());
    }

    /**
     * The file's source with the mutant in it.
     *
     * @param root of the repository
     * @throws IOException if the patch does not fit the file any more
     */
    String mutatedSource(Path root) throws IOException {
        String source = Files.readString(root.resolve(file));
        int at = source.indexOf(oldLines);
        if (at < 0 || source.indexOf(oldLines, at + 1) >= 0) {
            throw new IOException(
                    name
                            + ".patch does not fit "
                            + file
                            + ": its old lines must be there once; write the patch anew for what"
                            + " the code is today");
        }
        return source.substring(0, at) + newLines + source.substring(at + oldLines.length());
    }
}
