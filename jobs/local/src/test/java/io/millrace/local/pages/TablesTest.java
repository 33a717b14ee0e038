package io.millrace.local.pages;

import static io.millrace.local.pages.MarkdownTable.code;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.admit.RejectReason;
import io.millrace.job.JobConfig;
import io.millrace.job.JobOptions;
import io.millrace.job.topic.Topic;
import io.millrace.job.topic.TopicCatalogue;
import io.millrace.job.topic.TopicSetting;
import io.millrace.job.topic.Topics;
import io.millrace.local.cheat.Cheat;
import io.millrace.local.cli.Millrace;
import io.millrace.watch.cli.WatchProgram;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.configuration.ConfigOption;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Tables of the pages say what the code says, word for word. */
class TablesTest {

    private static final Page JOBS = new Page("jobs/README.md");
    private static final Page OPERATORS = new Page("operators/README.md");

    @Test
    void options_inThePage_areThoseOfTheJob() throws IOException {
        MarkdownTable table = new MarkdownTable("option", "default", "meaning");
        for (ConfigOption<?> option : JobOptions.ALL) {
            table.row(code(option.key()), shownDefault(option), JobConfig.meaningOf(option));
        }
        JOBS.assertTable("options", table);
    }

    @Test
    void topics_inThePage_areThoseOfTheCatalogue() throws IOException {
        MarkdownTable table = new MarkdownTable("topic", "holds", "partitions", "settings");
        for (Topic topic : TopicCatalogue.ALL) {
            table.row(
                    "[%s](%s)".formatted(code(topic.name()), schemaOf(topic.name())),
                    topic.holds(),
                    shown(topic.partitions()),
                    topic.settings().stream().map(TablesTest::shown).collect(joining("; ")));
        }
        JOBS.assertTable("topics", table);
    }

    /** Of its values, as a link of jobs/README.md; PagesTest sees whether it leads there. */
    static String schemaOf(String topic) {
        return topic.equals(Topics.REQUESTS)
                ? "../operators/src/main/resources/io/millrace/admit/InferenceRequest.schema.json"
                : "src/main/resources/io/millrace/job/topic/" + topic + ".schema.json";
    }

    @Test
    void commands_inThePage_areThoseOfTheLauncher() throws IOException {
        MarkdownTable table = new MarkdownTable("command", "takes", "does");
        addCommands(new CommandLine(Millrace.class), table);
        addCommands(WatchProgram.commands(), table);
        JOBS.assertTable("commands", table);
    }

    @Test
    void watcherOptions_inThePage_areThoseOfTheProgram() throws IOException {
        new Page("jobs/watch/README.md").assertTable("options", options("watch"));
    }

    @Test
    void defenderOptions_inThePage_areThoseOfTheProgram() throws IOException {
        new Page("jobs/watch/README.md").assertTable("defend options", options("defend"));
    }

    /** Of a command that stands before the tribunal. */
    private static MarkdownTable options(String command) {
        MarkdownTable table = new MarkdownTable("option", "meaning");
        CommandSpec spec =
                requireNonNull(WatchProgram.commands().getSubcommands().get(command), command)
                        .getCommandSpec();
        spec.options().stream()
                .filter(option -> !option.usageHelp() && !option.versionHelp())
                .sorted(Comparator.comparing(OptionSpec::longestName))
                .forEach(
                        option ->
                                table.row(
                                        code(option.longestName()),
                                        String.join(" ", option.description())
                                                .replace(
                                                        "${DEFAULT-VALUE}",
                                                        String.valueOf(option.defaultValue()))));
        return table;
    }

    @Test
    void cheats_inThePage_areThoseOfTheDemo() throws IOException {
        MarkdownTable table =
                new MarkdownTable(
                        "cheat", "the settler", "found by", "decided by", "the victim gets");
        for (Cheat cheat : Cheat.values()) {
            table.row(
                    code(cheat.toString()),
                    cheat.does(),
                    cheat.remedy().finder(),
                    cheat.remedy().judge()
                            + (cheat.fault().isEmpty() ? "" : ": " + code(cheat.fault())),
                    cheat.remedy().gives());
        }
        new Page("jobs/watch/README.md").assertTable("cheats", table);
    }

    @Test
    void requestFields_inThePage_areThoseOfTheSchema() throws IOException {
        MarkdownTable table = new MarkdownTable("field", "type", "meaning");
        JsonNode fields = schema().get("properties");
        for (Map.Entry<String, JsonNode> field : fields.properties()) {
            table.row(
                    code(field.getKey()),
                    type(field.getValue().get("type")),
                    field.getValue().get("description").asText());
        }
        OPERATORS.assertTable("fields", table);
    }

    @Test
    void rejections_inThePage_areThoseOfTheCode() throws IOException {
        MarkdownTable table = new MarkdownTable("code", "when");
        for (RejectReason reason : RejectReason.values()) {
            table.row(code(reason.name()), reason.when());
        }
        OPERATORS.assertTable("rejections", table);
    }

    /** One type, or several. */
    private static String type(JsonNode types) {
        return types.isArray()
                ? types.valueStream().map(JsonNode::asText).collect(joining(" or "))
                : types.asText();
    }

    private static String shownDefault(ConfigOption<?> option) {
        if (option.hasDefaultValue()) {
            return shown(option.defaultValue());
        }
        return option.key().startsWith("parallelism.") ? "the job's" : "required";
    }

    private static String shown(Object value) {
        if (value instanceof Duration duration) {
            return duration.toMillis() % 60_000 == 0
                    ? duration.toMinutes() + " min"
                    : duration.toMillis() % 1000 == 0
                            ? duration.toSeconds() + " s"
                            : duration.toMillis() + " ms";
        }
        return value instanceof Enum<?> choice
                ? choice.name().toLowerCase(Locale.ROOT)
                : value.toString();
    }

    private static String shown(Topic.Partitions partitions) {
        return switch (partitions) {
            case ANY -> "any";
            case ONE_A_READER -> "at least " + code("parallelism.admit");
            case ONE -> "1";
        };
    }

    private static String shown(TopicSetting setting) {
        String wanted =
                setting.rule() == TopicSetting.Rule.EXACTLY
                        ? code(setting.key() + "=" + setting.value())
                        : code(setting.key()) + " " + setting.wanted();
        TopicSetting instead = setting.instead();
        return wanted
                + (instead == null ? "" : ", or else " + shown(instead).replace(": ", " (") + ")")
                + ": "
                + setting.why();
    }

    private static void addCommands(CommandLine parent, MarkdownTable table) {
        for (CommandLine command : parent.getSubcommands().values()) {
            if (!command.getSubcommands().isEmpty()) {
                addCommands(command, table);
            } else if (!command.getCommandName().equals("help")) {
                CommandSpec spec = command.getCommandSpec();
                table.row(
                        code(spec.qualifiedName(" ").replace("millrace ", "")),
                        takes(spec),
                        Arrays.stream(spec.usageMessage().description()).collect(joining(" ")));
            }
        }
    }

    /** Positional parameters and options, with what they take. */
    private static String takes(CommandSpec spec) {
        Stream<String> positional =
                spec.positionalParameters().stream().map(PositionalParamSpec::paramLabel);
        Stream<String> options =
                spec.options().stream()
                        .filter(option -> !option.usageHelp() && !option.versionHelp())
                        .map(
                                option ->
                                        option.longestName()
                                                + (option.arity().max() == 0
                                                        ? ""
                                                        : " " + option.paramLabel()));
        return Stream.concat(positional, options).map(MarkdownTable::code).collect(joining(", "));
    }

    private static JsonNode schema() throws IOException {
        try (InputStream schema =
                RejectReason.class.getResourceAsStream("InferenceRequest.schema.json")) {
            return new ObjectMapper().readTree(schema);
        }
    }
}
