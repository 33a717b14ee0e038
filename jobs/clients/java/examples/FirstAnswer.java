import io.millrace.client.Answer;
import io.millrace.client.Deployment;
import io.millrace.client.MillraceClient;
import java.nio.file.Files;
import java.nio.file.Path;

/** java -cp 'target/*:target/lib/*' examples/FirstAnswer.java STACK_FOLDER [TEXT] */
class FirstAnswer {

    public static void main(String[] arguments) throws Exception {
        Path stack = Path.of(arguments[0]);
        String text = arguments.length > 1 ? arguments[1] : "Call me Ishmael.";
        String key = Files.readString(stack.resolve("keys/requester-1"));
        try (MillraceClient client = MillraceClient.connect(Deployment.ofStack(stack), key)) {
            Answer answer = client.ask(text, 10_000);
            System.out.printf(
                    "%s %d nano-USD signed by its provider: %b%n",
                    answer.embedding().subList(0, 4),
                    answer.debitNano(),
                    client.isSignedByProvider(answer));
        }
    }
}
