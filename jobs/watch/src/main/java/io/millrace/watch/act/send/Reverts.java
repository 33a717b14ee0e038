package io.millrace.watch.act.send;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.web3j.crypto.Hash;

/** Names the error of a call that would revert, which nodes give as its selector. */
final class Reverts {

    private static final Pattern DATA = Pattern.compile("\"data\":\"(0x[0-9a-f]{8})");
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

    /** The contract's error if the node's message shows it, and else that message. */
    static String reason(String message) {
        Matcher data = DATA.matcher(message);
        String name = data.find() ? NAMES.get(data.group(1)) : null;
        return name == null ? message : name;
    }
}
