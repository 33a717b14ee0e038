package io.millrace.chain.submit.sim;

import io.millrace.chain.EpochHeader;
import io.millrace.chain.submit.VaultHead;
import io.millrace.unit.Hex;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The vault and the settler's account after a block. Never changed: a block keeps its own.
 *
 * @param headers by epoch and part
 * @param applied every settlement that took effect, in order
 * @param paidNano by all of them
 * @param nonce and
 * @param balanceWei of the settler
 * @param pausedUntilMillis block time
 */
record SimState(
        VaultHead head,
        Map<String, String> headers,
        List<String> applied,
        long paidNano,
        long nonce,
        long balanceWei,
        long pausedUntilMillis) {

    static SimState empty(long balanceWei) {
        return new SimState(
                new VaultHead(Hex.ZERO_32, 0, 0, 1), Map.of(), List.of(), 0, 0, balanceWei, 0);
    }

    String headerOf(long epoch, int part) {
        return headers.getOrDefault(epoch + "/" + part, Hex.ZERO_32);
    }

    boolean holds(EpochHeader header, String hash) {
        return headerOf(header.epoch(), header.part()).equals(hash);
    }

    SimState settled(EpochHeader header, String hash) {
        Map<String, String> all = new HashMap<>(headers);
        all.put(header.epoch() + "/" + header.part(), hash);
        List<String> order = new ArrayList<>(applied);
        order.add(hash);
        return new SimState(
                new VaultHead(hash, header.epoch(), header.part(), header.parts()),
                all,
                order,
                paidNano + header.partSumNano(),
                nonce,
                balanceWei,
                pausedUntilMillis);
    }

    SimState withAccount(long newNonce, long newBalanceWei) {
        return new SimState(
                head, headers, applied, paidNano, newNonce, newBalanceWei, pausedUntilMillis);
    }

    SimState pausedUntil(long millis) {
        return new SimState(head, headers, applied, paidNano, nonce, balanceWei, millis);
    }
}
