package io.millrace.testing.proxy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What a provider does to a batch as a whole. */
@FunctionalInterface
public interface BatchFault {

    /** All answers go back. */
    BatchFault NONE = Reply.Answers::new;

    /** What the client gets of {@code answers}, which belongs to the fault. */
    Reply reply(ArrayNode answers);

    /** Answers above {@code most} are left away without a word. */
    static BatchFault leavingAway(int most) {
        return answers -> {
            while (answers.size() > most) {
                answers.remove(answers.size() - 1);
            }
            return new Reply.Answers(answers);
        };
    }

    /** Calls above {@code most} are refused one by one. */
    static BatchFault refusingEach(int most, String text) {
        return answers -> {
            for (int i = most; i < answers.size(); i++) {
                ObjectNode answer = (ObjectNode) answers.get(i);
                answer.remove("result");
                answer.putObject("error").put("code", -32097).put("message", text);
            }
            return new Reply.Answers(answers);
        };
    }

    /** A batch above {@code most} is refused whole. */
    static BatchFault refusing(int most, Reply refusal) {
        return answers -> answers.size() > most ? refusal : new Reply.Answers(answers);
    }

    /** An error in the form of JSON-RPC, without an id. */
    static Reply error(String text) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("jsonrpc", "2.0").set("id", json.nullNode());
        json.putObject("error").put("code", -32098).put("message", text);
        return new Reply.Answer(json);
    }
}
