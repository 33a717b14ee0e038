package io.millrace.local.cli;

import java.nio.file.Path;
import java.util.List;

/**
 * A line for a shell that asks a running stack for an answer.
 *
 * @param language of the client
 * @param folder of its package
 * @param build what the line needs done once; empty if the launcher's own build has done it
 * @param ask in the folder
 */
record FirstRequest(String language, Path folder, String build, String ask) {

    /**
     * One for each package.
     *
     * @param home top folder of the project
     * @param stack the stack's folder
     */
    static List<FirstRequest> all(Path home, Path stack) {
        Path clients = home.resolve("jobs/clients");
        String of = " " + quoted(stack.toAbsolutePath()) + " 'Call me Ishmael.'";
        return List.of(
                new FirstRequest(
                        "Java",
                        clients.resolve("java"),
                        "",
                        "java -cp 'target/*:target/lib/*' examples/FirstAnswer.java" + of),
                new FirstRequest(
                        "TypeScript",
                        clients.resolve("typescript"),
                        "npm ci --ignore-scripts && npm run build",
                        "node examples/first-answer.mjs" + of),
                new FirstRequest(
                        "Python",
                        clients.resolve("python"),
                        "",
                        "tools/python examples/first_answer.py" + of));
    }

    /** What is to be copied, from whichever folder. */
    String line() {
        String before = build.isEmpty() ? "" : build + " && ";
        return "(cd " + quoted(folder) + " && " + before + ask + ")";
    }

    private static String quoted(Path path) {
        String text = path.toString();
        boolean plain =
                text.chars().allMatch(c -> Character.isLetterOrDigit(c) || "/._-".indexOf(c) >= 0);
        return plain ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
