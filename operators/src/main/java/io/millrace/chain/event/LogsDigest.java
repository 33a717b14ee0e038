package io.millrace.chain.event;

import io.millrace.chain.rpc.LogEntry;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import java.util.List;

/** What two readings of a block must have in common. */
final class LogsDigest {

    /** Of no logs, which is what most blocks have of ours. */
    static final String NONE = "";

    private LogsDigest() {}

    /** Changes with every field of every log; the block is known by its hash. */
    static String of(List<LogEntry> logs) {
        return logs.isEmpty() ? NONE : Hex.encode(Keccak.hashUtf8(logs.toString()));
    }
}
