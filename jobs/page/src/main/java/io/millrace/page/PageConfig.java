package io.millrace.page;

import io.millrace.audit.read.KafkaAccess;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the page is of, and where it is.
 *
 * @param kafka its brokers
 * @param rpcUrl of the node that the page's server asks
 * @param browserRpcUrl of the node that browsers ask: whom they trust instead of the server
 * @param vault in lower case
 * @param startBlock not after the vault's deployment
 * @param finality which blocks count: a tag of the node or a number
 * @param mostUnsettledNano the job's {@code admit.max.unsettled.nano}
 * @param mostUnsettledParts the job's {@code admit.max.unsettled.parts}
 * @param folder of its rows
 * @param address and {@code port} it listens on
 * @param hosts names by which browsers may ask for it
 * @param alarmsUrl of a Prometheus that has the alert rules; may be empty
 * @param alarmLabels that its alerts have if they are of this deployment
 * @param explorer address of a block explorer, before a transaction's hash; may be empty
 */
record PageConfig(
        KafkaAccess kafka,
        String rpcUrl,
        String browserRpcUrl,
        String vault,
        long startBlock,
        String finality,
        long mostUnsettledNano,
        long mostUnsettledParts,
        Path folder,
        String address,
        int port,
        List<String> hosts,
        String alarmsUrl,
        Map<String, String> alarmLabels,
        String explorer) {

    PageConfig {
        vault = vault.toLowerCase(Locale.ROOT);
        if (!vault.matches("0x[0-9a-f]{40}")) {
            throw new IllegalArgumentException(
                    "vault.address \"%s\" is no address; give 0x and 40 hexadecimal digits"
                            .formatted(vault));
        }
        if (!finality.matches("finalized|safe|[0-9]{1,9}")) {
            throw new IllegalArgumentException(
                    "chain.finality \"%s\" is unknown; give finalized, safe or a number of blocks"
                            .formatted(finality));
        }
        for (String url : List.of(rpcUrl, browserRpcUrl, alarmsUrl, explorer)) {
            if (!url.isEmpty() && !url.matches("https?://[^\\s;,'\"]+")) {
                throw new IllegalArgumentException(
                        "\"%s\" is no address; give http:// or https://".formatted(url));
            }
        }
        hosts = List.copyOf(hosts);
        alarmLabels = Map.copyOf(alarmLabels);
    }

    /** Scheme, host and port of the node that browsers ask. */
    String browserRpcOrigin() {
        URI uri = URI.create(browserRpcUrl);
        return uri.getScheme() + "://" + uri.getRawAuthority();
    }
}
