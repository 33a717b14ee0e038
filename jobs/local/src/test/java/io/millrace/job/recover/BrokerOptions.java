package io.millrace.job.recover;

import java.util.HashMap;
import java.util.Map;

/** The options of a job of which only the broker is asked. */
final class BrokerOptions {

    private BrokerOptions() {}

    /** A new map, open to changes. */
    static Map<String, String> of(String servers) {
        Map<String, String> options = new HashMap<>();
        options.put("kafka.bootstrap.servers", servers);
        options.put("chain.rpc.urls", "http://127.0.0.1:8545"); // nobody asks it
        options.put("chain.id", "31337");
        options.put("vault.address", "0x00000000000000000000000000000000000000aa");
        options.put("vault.code.hash", "0x" + "cc".repeat(32));
        options.put("token.address", "0x00000000000000000000000000000000000000dd");
        options.put("registry.address", "0x00000000000000000000000000000000000000bb");
        options.put("settle.signer.key.file", "/none");
        options.put("provider.accounts", "3");
        options.put("provider.key.files", "/none");
        options.put("models.dir", "/none");
        return options;
    }
}
