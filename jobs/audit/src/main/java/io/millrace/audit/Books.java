package io.millrace.audit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The verdict on one deployment's books.
 *
 * @param ok whether every check is
 * @param checks in the order of the flow
 */
public record Books(boolean ok, List<Check> checks) {

    /** Copies. */
    public Books {
        checks = List.copyOf(checks);
    }

    static Books of(List<Check> checks) {
        return new Books(checks.stream().allMatch(Check::ok), checks);
    }

    /** One line a check, for people. */
    public String lines() {
        return checks.stream()
                .map(
                        check ->
                                String.format(
                                        "  %-7s %-28s %s",
                                        check.verdict(), check.name(), check.detail()))
                .collect(Collectors.joining("\n"));
    }

    /** {@code {"ok", "checks": [{"name", "ok", "notYet", "detail"}]}}. */
    public ObjectNode toJson() {
        ObjectNode books = JsonNodeFactory.instance.objectNode().put("ok", ok);
        ArrayNode lines = books.putArray("checks");
        for (Check check : checks) {
            lines.addObject()
                    .put("name", check.name())
                    .put("ok", check.ok())
                    .put("notYet", check.notYet())
                    .put("detail", check.detail());
        }
        return books;
    }

    /**
     * One line of the books.
     *
     * @param name stable, kebab-case
     * @param ok whether nothing differs
     * @param notYet how many are still on their way and so were not compared; no difference
     * @param detail what was compared; if not ok, how many differ and the first few with their
     *     values
     */
    public record Check(String name, boolean ok, long notYet, String detail) {

        private String verdict() {
            if (!ok) {
                return "DIFFER";
            }
            return notYet > 0 ? "not yet" : "ok";
        }
    }
}
