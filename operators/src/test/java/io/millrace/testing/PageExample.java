package io.millrace.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The records that README.md of this module shows to clients. */
public final class PageExample {

    private static final String START = "\n```json\n";
    private static final String END = "\n```\n";

    private PageExample() {}

    /** The first JSON document under a heading. */
    public static JsonNode under(String heading) {
        try {
            String page = Files.readString(Path.of("README.md"));
            int start = page.indexOf(START, page.indexOf("\n## " + heading + "\n"));
            int from = start + START.length();
            return new ObjectMapper().readTree(page.substring(from, page.indexOf(END, from)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every member by its path with the type of its value; of a list the first element. */
    public static Map<String, JsonNodeType> shape(JsonNode document) {
        Map<String, JsonNodeType> members = new LinkedHashMap<>();
        collect("", document, members);
        return members;
    }

    private static void collect(String path, JsonNode node, Map<String, JsonNodeType> members) {
        members.put(path, node.getNodeType());
        if (node.isArray() && !node.isEmpty()) {
            collect(path + "/0", node.get(0), members);
        }
        node.properties()
                .forEach(
                        member ->
                                collect(path + "/" + member.getKey(), member.getValue(), members));
    }
}
