package io.millrace.local.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.audit.cli.WaitOption;
import io.millrace.job.topic.Brokers;
import io.millrace.job.topic.TopicScan;
import io.millrace.job.topic.Topics;
import io.millrace.local.client.Ends;
import io.millrace.local.client.StackTraffic;
import io.millrace.local.client.Texts;
import io.millrace.local.client.Traffic;
import io.millrace.local.stack.StackException;
import io.millrace.local.stack.StackFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.producer.RecordMetadata;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Signs texts with the stack's test keys and sends them. */
@Command(
        name = "send",
        description = {
            "Signs each line of a file as a request of the stack's requesters, in turns.",
            "What became of each can be told once it has its answer or refusal."
        },
        mixinStandardHelpOptions = true)
final class SendCommand implements Callable<Integer> {

    @Mixin private FolderOption folder = new FolderOption();

    @Option(
            names = "--input",
            paramLabel = "FILE",
            required = true,
            description = "UTF-8, one text a line.")
    private Path input = Path.of("");

    @Mixin private WaitOption wait = new WaitOption();

    @Option(
            names = "--json",
            description =
                    "Last line of standard output: {\"sent\", \"requests\": [ids]}, with --wait"
                            + " also \"ends\": {id: status of the answer, or code of the refusal}.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Logs.toStandardError();
        Duration longest = wait.limit();
        Console console = Console.open(json);
        List<String> texts = Texts.ofFile(input);
        StackFile stack = StackFile.read(folder.path());
        Traffic traffic = StackTraffic.of(stack, stack.requesters(), texts);
        ObjectNode result = JsonNodeFactory.instance.objectNode().put("sent", texts.size());
        ArrayNode ids = result.putArray("requests");
        List<RecordMetadata> places;
        try (RequestSender sender = new RequestSender(stack.bootstrapServers())) {
            for (int i = 0; i < texts.size(); i++) {
                Traffic.Item item = traffic.goodRequest(i);
                sender.send(item);
                console.line(item.requestId());
                ids.add(item.requestId());
            }
            places = sender.flush();
        }
        if (wait.isGiven()) {
            Map<String, String> ends = await(stack, ids, places, longest);
            ends.forEach((id, end) -> console.line(id + "  " + end));
            ObjectNode byId = result.putObject("ends");
            ends.forEach(byId::put);
            console.result(result);
            return 0;
        }
        console.line(
                texts.size()
                        + " requests sent; answers come in "
                        + Topics.RESULTS
                        + " and "
                        + Topics.REJECTIONS
                        + ", and once settled \"millrace prove ID\" proves a charge");
        console.result(result);
        return 0;
    }

    /** The end of each request by its id, in the order they were sent. */
    private static Map<String, String> await(
            StackFile stack, ArrayNode ids, List<RecordMetadata> places, Duration longest)
            throws IOException {
        Ends ends = new Ends();
        for (int i = 0; i < places.size(); i++) {
            RecordMetadata place = places.get(i);
            ends.sent(ids.get(i).asText(), place.partition(), place.offset());
        }
        long deadline = System.nanoTime() + longest.toNanos();
        try (TopicScan scan =
                new TopicScan(
                        Brokers.at(stack.bootstrapServers()),
                        List.of(Topics.RESULTS, Topics.REJECTIONS))) {
            while (!ends.complete()) {
                if (System.nanoTime() > deadline) {
                    throw new StackException(
                            "%d of %d requests have neither answer nor refusal after %d min; see the job at %s"
                                    .formatted(
                                            places.size() - ends.count(),
                                            places.size(),
                                            longest.toMinutes(),
                                            stack.webUrl()));
                }
                scan.poll(ends::add);
            }
        }
        return ends.all();
    }
}
