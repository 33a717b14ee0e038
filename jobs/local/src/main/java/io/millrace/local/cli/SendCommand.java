package io.millrace.local.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.admit.RequestSignature;
import io.millrace.job.topic.Topics;
import io.millrace.local.client.Texts;
import io.millrace.local.client.Traffic;
import io.millrace.local.stack.KeyFile;
import io.millrace.local.stack.StackFile;
import io.millrace.unit.Eip712Domain;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Signs texts with the stack's test keys and sends them. */
@Command(
        name = "send",
        description = "Signs each line of a file as a request of the stack's requesters, in turns.",
        mixinStandardHelpOptions = true)
final class SendCommand implements Callable<Integer> {

    @Mixin private FolderOption folder = new FolderOption();

    @Option(
            names = "--input",
            paramLabel = "FILE",
            required = true,
            description = "UTF-8, one text a line.")
    private Path input = Path.of("");

    @Option(
            names = "--json",
            description = "Last line of standard output: {\"sent\", \"requests\": [ids]}.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Logs.toStandardError();
        Console console = Console.open(json);
        List<String> texts = Texts.ofFile(input);
        StackFile stack = StackFile.read(folder.path());
        Traffic traffic = traffic(stack, stack.requesters(), texts);
        ObjectNode result = JsonNodeFactory.instance.objectNode().put("sent", texts.size());
        ArrayNode ids = result.putArray("requests");
        try (RequestSender sender = new RequestSender(stack.bootstrapServers())) {
            for (int i = 0; i < texts.size(); i++) {
                Traffic.Item item = traffic.goodRequest(i);
                sender.send(item);
                console.line(item.requestId());
                ids.add(item.requestId());
            }
            sender.flush();
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

    static Traffic traffic(StackFile stack, List<StackFile.Account> requesters, List<String> texts)
            throws IOException {
        List<byte[]> keys = new ArrayList<>();
        for (StackFile.Account requester : requesters) {
            keys.add(KeyFile.read(Path.of(requester.keyFile())));
        }
        return new Traffic(
                new RequestSignature(new Eip712Domain(stack.chainId(), stack.vault())),
                stack.model(),
                keys,
                texts,
                System.currentTimeMillis());
    }
}
