package io.millrace.chain.deploy;

import io.millrace.unit.EvmAddress;
import java.math.BigInteger;

/**
 * What the contracts of a ledger are made with. None of it can be changed later, but for who holds
 * a role and the fee of prices to come.
 *
 * @param token address of the settlement token
 * @param shardDepth settlement shards: 2 to that power
 * @param minFirstDepositNano least that opens a spending account
 */
public record LedgerTerms(
        String token,
        int shardDepth,
        long minFirstDepositNano,
        Roles roles,
        Bond bond,
        Prices prices,
        Court court) {

    public LedgerTerms {
        token = EvmAddress.canonical(token);
    }

    /** Who does what in the vault. */
    public record Roles(String admin, String settler, String guardian, String treasury) {

        public Roles {
            admin = EvmAddress.canonical(admin);
            settler = EvmAddress.canonical(settler);
            guardian = EvmAddress.canonical(guardian);
            treasury = EvmAddress.canonical(treasury);
        }
    }

    /**
     * What a settler stands for.
     *
     * @param bucketSeconds a seventh of the time for which the bond covers an epoch
     * @param cover how many times the exposure must be in the bond
     */
    public record Bond(long bucketSeconds, int cover, long fineNano) {}

    /** What the registry of models allows; the fee is a part of each debit in ten thousand. */
    public record Prices(long noticeSeconds, long maxNanoPerMillion, int feeBasisPoints) {}

    /** Of the tribunal, and of the registry of providers' signers that it asks. */
    public record Court(long signerNoticeSeconds, long responseSeconds, BigInteger depositWei) {}
}
