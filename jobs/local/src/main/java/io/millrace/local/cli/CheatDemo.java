package io.millrace.local.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.local.cheat.Cheat;
import io.millrace.local.cheat.CheatTrial;
import io.millrace.local.cheat.Verdict;
import io.millrace.local.stack.LocalStack;
import io.millrace.local.stack.StackFile;
import java.util.List;

/** A demo whose settler cheats once the honest part of it is settled. */
final class CheatDemo {

    private final LocalStack running;
    private final Console console;

    CheatDemo(LocalStack running, Console console) {
        this.running = running;
        this.console = console;
    }

    /** Sends honest requests first, then has the settler do what {@code cheats} say. */
    List<Verdict> run(List<Cheat> cheats, int requests, List<String> texts) throws Exception {
        new Demo(running, console).settle(requests, texts);
        console.line("all of it is settled; the job is stopped, and its settler turns bad");
        running.job().stop();
        StackFile stack = running.file();
        List<Verdict> verdicts =
                CheatTrial.run(
                        stack,
                        running.directory(),
                        cheats,
                        () -> AuditCommand.of(stack, false),
                        console::line);
        if (verdicts.size() > 1) {
            CheatTrial.printTable(verdicts, console::line);
        }
        return verdicts;
    }

    /** Whether everybody got what the contracts promise. */
    static boolean holds(List<Verdict> verdicts) {
        return verdicts.stream().allMatch(Verdict::holds);
    }

    /** The result of {@code demo --cheat KIND --json}. */
    static ObjectNode json(List<Verdict> verdicts, double seconds) {
        ObjectNode json =
                JsonNodeFactory.instance
                        .objectNode()
                        .put("ok", holds(verdicts))
                        .put("seconds", seconds);
        ArrayNode list = json.putArray("cheats");
        for (Verdict one : verdicts) {
            ObjectNode cheat =
                    list.addObject()
                            .put("cheat", one.cheat().toString())
                            .put("ok", one.holds())
                            .put("foundBy", one.cheat().remedy().finder())
                            .put("decidedBy", one.cheat().remedy().judge())
                            .put("debitedNano", one.debitedNano())
                            .put("paidNano", one.paidNano())
                            .put("seconds", one.seconds())
                            .put("gas", one.gas());
            ArrayNode story = cheat.putArray("story");
            one.story().forEach(story::add);
        }
        return json;
    }
}
