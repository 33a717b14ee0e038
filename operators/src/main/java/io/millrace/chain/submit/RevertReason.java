package io.millrace.chain.submit;

import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why the vault reverted, in words. The generated wrappers hold no custom errors, so the ones that
 * {@code settle} can raise are declared here; a test compares them with the compiled ABI. All their
 * arguments are static, so every argument is one word.
 *
 * @param error name, "Error" or "Panic", or "unknown"
 * @param text name and arguments with their values
 * @param numbers the arguments that are numbers, by name
 */
public record RevertReason(String error, String text, Map<String, BigInteger> numbers) {

    static final List<String> DECLARATIONS =
            List.of(
                    "HeaderDoesNotFollow(bytes32 previousHeader,uint64 epoch,uint32 part,bytes32"
                            + " headHash,uint64 headEpoch,uint32 headPart)",
                    "PartsOutOfRange(uint64 epoch,uint32 parts,uint32 most)",
                    "LevelsOutOfRange(uint8 levels,uint8 least,uint8 most)",
                    "EpochCommitmentChanged(uint64 epoch,uint32 part)",
                    "WordsHashMismatch(bytes32 inHeader,bytes32 ofWords)",
                    "SlotsNotAscending(uint32 previous,uint32 next)",
                    "SlotCountMismatch(uint256 slots,uint256 words)",
                    "AccountNotOpen(uint32 slot,uint32 lastAccount)",
                    "LaneOutOfRange(uint32 slot,uint256 word)",
                    "BalanceUnderflow(uint32 slot,uint256 balances,uint256 debits)",
                    "BalanceOverflow(uint32 slot,uint256 balances,uint256 credits)",
                    "Unbalanced(uint256 debitsNano,uint256 creditsNano,uint64 partSumNano)",
                    "SumNotReached(uint64 epoch,uint64 settledNano,uint64 receiptsSumNano)",
                    "ReleaseExceedsRequest(uint32 account,uint32 request,uint64 amountNano,uint64"
                            + " requestedNano)",
                    "ReleaseTooWide(uint256 release)",
                    "ShortfallNotCovered(address settler,uint256 amountToken,uint256 readyToken)",
                    "BondTooSmall(address settler,uint256 neededNano,uint64 bondNano)",
                    "ExposureTooLarge(address settler,uint256 units)",
                    "AmountTooLarge(uint256 amountNano)",
                    "NoSpendingAccount(address owner)",
                    "VaultPaused(uint64 pausedUntil)",
                    "AccessControlUnauthorizedAccount(address account,bytes32 neededRole)",
                    "Panic(uint256 code)");

    /** The vault's pause: it ends by itself (M7), so it is waited for. */
    static final String PAUSED = "VaultPaused";

    /** What owners took by the hatch, and the settler cannot pay: waited for too. */
    static final String SHORTFALL = "ShortfallNotCovered";

    /** What the settler's bond does not cover yet: waited for too, as the window rolls. */
    static final String BOND = "BondTooSmall";

    /** More in one bucket of time than the vault counts: waited for, until the next one. */
    static final String EXPOSURE = "ExposureTooLarge";

    /** No reason that the vault would give. */
    static final String UNKNOWN = "unknown";

    private static final String ERROR_TEXT = "0x08c379a0"; // Error(string)
    private static final Map<String, String> BY_SELECTOR = bySelector();

    /** Decodes the data of a revert. */
    public static RevertReason decode(@Nullable String data) {
        if (data == null || data.length() < 10) {
            return without(UNKNOWN, "a revert without data");
        }
        String selector = data.substring(0, 10).toLowerCase(Locale.ROOT);
        String declaration = BY_SELECTOR.get(selector);
        byte[] words = Hex.decode("0x" + data.substring(10));
        if (selector.equals(ERROR_TEXT) && words.length >= 64) {
            return without("Error", "Error(\"" + text(words) + "\")");
        }
        if (declaration == null || words.length != 32 * parameters(declaration).length) {
            return without(UNKNOWN, "an unknown error, data " + data);
        }
        String name = declaration.substring(0, declaration.indexOf('('));
        return new RevertReason(
                name,
                name + "(" + arguments(parameters(declaration), words) + ")",
                numbers(parameters(declaration), words));
    }

    /**
     * What a bond lacks, nano-USD; 0 if that is not the reason. More than a long holds is its
     * maximum.
     */
    long bondMissingNano() {
        BigInteger needed = numbers.getOrDefault("neededNano", BigInteger.ZERO);
        BigInteger missing = needed.subtract(numbers.getOrDefault("bondNano", BigInteger.ZERO));
        return missing.min(BigInteger.valueOf(Long.MAX_VALUE)).longValueExact();
    }

    private static RevertReason without(String error, String text) {
        return new RevertReason(error, text, Map.of());
    }

    private static Map<String, BigInteger> numbers(String[] parameters, byte[] words) {
        Map<String, BigInteger> numbers = new HashMap<>();
        for (int i = 0; i < parameters.length; i++) {
            if (parameters[i].startsWith("uint")) {
                String name = parameters[i].substring(parameters[i].indexOf(' ') + 1);
                byte[] word = Arrays.copyOfRange(words, 32 * i, 32 * i + 32);
                numbers.put(name, new BigInteger(1, word));
            }
        }
        return Map.copyOf(numbers);
    }

    private static String arguments(String[] parameters, byte[] words) {
        List<String> arguments = new ArrayList<>();
        for (int i = 0; i < parameters.length; i++) {
            String type = parameters[i].substring(0, parameters[i].indexOf(' '));
            String name = parameters[i].substring(parameters[i].indexOf(' ') + 1);
            byte[] word = Arrays.copyOfRange(words, 32 * i, 32 * i + 32);
            String value =
                    switch (type) {
                        case "bytes32" -> Hex.encode(word);
                        case "address" -> Hex.encode(Arrays.copyOfRange(word, 12, 32));
                        // packed lanes read best in hex
                        case "uint256" ->
                                name.endsWith("Token") || name.equals("neededNano")
                                        ? new BigInteger(1, word).toString()
                                        : Hex.encode(word);
                        default -> new BigInteger(1, word).toString();
                    };
            arguments.add(name + "=" + value);
        }
        return String.join(", ", arguments);
    }

    private static String text(byte[] words) {
        int length =
                new BigInteger(1, Arrays.copyOfRange(words, 32, 64))
                        .min(BigInteger.valueOf(words.length - 64))
                        .intValue();
        return new String(words, 64, length, StandardCharsets.UTF_8);
    }

    private static String[] parameters(String declaration) {
        return declaration
                .substring(declaration.indexOf('(') + 1, declaration.length() - 1)
                .split(",", -1);
    }

    private static Map<String, String> bySelector() {
        Map<String, String> declarations = new HashMap<>();
        for (String declaration : DECLARATIONS) {
            String signature = declaration.replaceAll(" \\w+(?=[,)])", "");
            String selector = Hex.encode(Arrays.copyOf(Keccak.hashUtf8(signature), 4));
            declarations.put(selector, declaration);
        }
        return Map.copyOf(declarations);
    }
}
