package io.millrace.admit.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.admit.RequestSignature;
import io.millrace.testing.Anvil;
import io.millrace.unit.EvmAddress;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import io.millrace.unit.Secp256k1;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.FunctionReturnDecoder;
import org.web3j.abi.TypeReference;
import org.web3j.abi.datatypes.Address;
import org.web3j.abi.datatypes.DynamicArray;
import org.web3j.abi.datatypes.DynamicBytes;
import org.web3j.abi.datatypes.Function;
import org.web3j.abi.datatypes.generated.Bytes32;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.core.DefaultBlockParameterName;
import org.web3j.protocol.core.Request;
import org.web3j.protocol.core.methods.request.Transaction;
import org.web3j.protocol.core.methods.response.EthCall;
import org.web3j.protocol.core.methods.response.VoidResponse;
import org.web3j.protocol.http.HttpService;

/**
 * Admission takes exactly the signatures that a contract would: each form of each signature, good
 * and forged, is judged here and by OpenZeppelin's ECDSA on a real EVM, and both name the same
 * signer or none.
 */
class SignatureOnEvmITCase {

    private static final Logger LOG = LoggerFactory.getLogger(SignatureOnEvmITCase.class);
    private static final long SEED = Long.getLong("millrace.hostile.seed", 20_261_122L);
    private static final int SIGNATURES = 150;
    private static final int PER_CALL = 500;
    private static final String HARNESS = "0x00000000000000000000000000000000000051f0";
    private static final Path ARTIFACT =
            Path.of("../contracts/out/SignatureHarness.sol/SignatureHarness.json");

    /** What is asked of both: who signed the digest? */
    private record Question(String story, byte[] digest, byte[] signature) {}

    @Test
    void signer_everyFormOfSignature_isWhomTheEvmNames() throws IOException {
        LOG.info("seed {}", SEED);
        List<Question> questions = questions(new Random(SEED));
        RequestSignature ours = new RequestSignature(World.DOMAIN);
        int accepted = 0;
        int refused = 0;
        try (Anvil anvil = Anvil.start()) {
            HttpService http = new HttpService(anvil.url());
            Web3j web3j = Web3j.build(http);
            deploy(http);
            for (int from = 0; from < questions.size(); from += PER_CALL) {
                List<Question> some =
                        questions.subList(from, Math.min(from + PER_CALL, questions.size()));
                List<String> named = signers(web3j, some);
                for (int i = 0; i < some.size(); i++) {
                    Question asked = some.get(i);
                    String here =
                            ours.signer(asked.digest(), Hex.encode(asked.signature()))
                                    .orElse(EvmAddress.ZERO);
                    assertThat(here)
                            .as(
                                    "seed %s: %s, %s",
                                    SEED, asked.story(), Hex.encode(asked.signature()))
                            .isEqualTo(named.get(i));
                    accepted += here.equals(EvmAddress.ZERO) ? 0 : 1;
                    refused += here.equals(EvmAddress.ZERO) ? 1 : 0;
                }
            }
            web3j.shutdown();
        }
        LOG.info("{} signatures of somebody, {} of nobody", accepted, refused);
        assertThat(accepted).as("seed %s: signatures of somebody", SEED).isGreaterThan(SIGNATURES);
        assertThat(refused).as("seed %s: signatures of nobody", SEED).isGreaterThan(SIGNATURES);
    }

    /** Of many keys and digests: the good signature, and every forgery of it. */
    private static List<Question> questions(Random random) {
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < SIGNATURES; i++) {
            byte[] key = Keccak.hashUtf8("signer " + random.nextLong());
            byte[] digest = Keccak.hashUtf8("digest " + random.nextLong());
            byte[] good = Secp256k1.sign(digest, key);
            questions.add(new Question("good", digest, good));
            for (SignatureForms.Form form : SignatureForms.ALL) {
                byte[] forged = form.of().apply(good.clone(), random);
                questions.add(new Question(form.name(), digest, forged));
            }
        }
        return questions;
    }

    private static void deploy(HttpService http) throws IOException {
        if (!Files.exists(ARTIFACT)) {
            throw new IllegalStateException(
                    ARTIFACT + " is missing: build the contracts module first (mvn -pl contracts)");
        }
        JsonNode artifact = new ObjectMapper().readTree(ARTIFACT.toFile());
        String code = artifact.path("deployedBytecode").path("object").asText();
        new Request<>("anvil_setCode", List.of(HARNESS, code), http, VoidResponse.class).send();
    }

    private static List<String> signers(Web3j web3j, List<Question> questions) throws IOException {
        Function call =
                new Function(
                        "signers",
                        List.of(
                                new DynamicArray<>(
                                        Bytes32.class,
                                        questions.stream()
                                                .map(question -> new Bytes32(question.digest()))
                                                .toList()),
                                new DynamicArray<>(
                                        DynamicBytes.class,
                                        questions.stream()
                                                .map(
                                                        question ->
                                                                new DynamicBytes(
                                                                        question.signature()))
                                                .toList())),
                        List.of(new TypeReference<DynamicArray<Address>>() {}));
        EthCall answer =
                web3j.ethCall(
                                Transaction.createEthCallTransaction(
                                        null, HARNESS, FunctionEncoder.encode(call)),
                                DefaultBlockParameterName.LATEST)
                        .send();
        assertThat(answer.getRevertReason()).as("the harness reverted").isNull();
        @SuppressWarnings("unchecked") // the one output is declared above
        List<Address> signers =
                (List<Address>)
                        FunctionReturnDecoder.decode(answer.getValue(), call.getOutputParameters())
                                .get(0)
                                .getValue();
        return signers.stream().map(Address::getValue).toList();
    }
}
