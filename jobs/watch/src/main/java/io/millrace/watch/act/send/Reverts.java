package io.millrace.watch.act.send;

import io.millrace.audit.read.JsonRpc.RefusedException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.web3j.crypto.Hash;

/** Names the error of a call that would revert, which nodes give as its selector. */
final class Reverts {

    /** In the error's data, in a field of it, behind a word, or in the message alone. */
    private static final Pattern DATA =
            Pattern.compile("(?:\"data\":\"(?:[A-Za-z]+ )?|custom error )(0x[0-9a-f]{8})");

    private static final Map<String, String> NAMES = new HashMap<>();

    static {
        for (String error :
                List.of(
                        "NotTheVaultsHeader(uint64,uint32)",
                        "StatementNotOpened(uint64,uint32,uint32)",
                        "NothingDebited(uint64,uint32,uint32)",
                        "LeafNotProven(uint64,uint32,uint32)",
                        "PositionNotEmpty(uint64,uint32,uint32)",
                        "PositionOutsideTheTree(uint64,uint32,uint32)",
                        "AnotherAccount(uint32,uint32)",
                        "RequestNotOfTheLeaf(bytes32,bytes32)",
                        "NoFault()",
                        "PairOutOfOrder(uint64,uint64)",
                        "LeafVoid(uint64,uint32)",
                        "PartsNotAscending(uint64,uint32)",
                        "WrongDeposit(uint256,uint256)",
                        "AlreadyChallenged(bytes32)",
                        "NotOpen(bytes32)",
                        "ResponseNotOver(bytes32,uint32,uint64)",
                        "AnswerProvesFault(uint8)",
                        "RequestNotSigned(address,address)",
                        "OutcomeNotOfTheLeaf(bytes32,bytes32)",
                        "OutcomeNotSigned(uint32,address,address)",
                        "NotOneRow(uint32)",
                        "SumTooSmall(uint256,uint64)",
                        "LeavesNotAscending(uint64,uint32,uint32)",
                        "ClaimNotBegun(uint64,uint32)",
                        "NotCredited(uint64,uint32,uint32,uint32)",
                        "EarnerCompensated(uint64,uint32)",
                        "NothingLeftOfThePart(uint64,uint32)",
                        "NothingDeposited(address)",
                        "DepositNotTaken(address)",
                        "NotAnswerable(uint64,uint32,uint32)",
                        "AlreadyCompensated(uint64,uint32,uint32)",
                        "NothingLocked(uint64,uint32,uint32)",
                        "NothingToPay(address)")) {
            NAMES.put(Hash.sha3String(error).substring(0, 10), error.replaceAll("\\(.*", ""));
        }
    }

    private Reverts() {}

    /** The contract's error if the node's answer shows it, and else the message. */
    static String reason(RefusedException refusal) {
        Matcher data = DATA.matcher(refusal.answer());
        while (data.find()) {
            String name = NAMES.get(data.group(1));
            if (name != null) {
                return name;
            }
        }
        return String.valueOf(refusal.getMessage());
    }
}
