package io.millrace.testing;

import io.millrace.admit.RequestSignature;
import io.millrace.chain.VaultEvent;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import io.millrace.unit.Secp256k1;

/** Named parties and events of a small deployment. */
public final class Fixtures {

    public static final Eip712Domain DOMAIN =
            new Eip712Domain(31337, "0x00000000000000000000000000000000000000aa");
    public static final RequestSignature SIGNATURE = new RequestSignature(DOMAIN);

    public static final byte[] ALICE_KEY = Keccak.hashUtf8("alice");
    public static final String ALICE = Secp256k1.address(ALICE_KEY);
    public static final byte[] BOB_KEY = Keccak.hashUtf8("bob");
    public static final String BOB = Secp256k1.address(BOB_KEY);
    public static final byte[] PROVIDER_KEY = Keccak.hashUtf8("provider");
    public static final String PROVIDER = Secp256k1.address(PROVIDER_KEY);

    public static final String MODEL = Hex.encode(Keccak.hashUtf8("model"));
    public static final String UNSERVED_MODEL = Hex.encode(Keccak.hashUtf8("unserved"));

    private Fixtures() {}

    /** A request id made of a name. */
    public static String id(String name) {
        return Hex.encode(Keccak.hashUtf8(name));
    }

    /** An event of the vault on a spending account. */
    public static VaultEvent vaultEvent(
            VaultEvent.Kind kind, int account, String owner, int request, long amountNano) {
        return new VaultEvent(
                kind,
                1,
                1000,
                0,
                Hex.ZERO_32,
                account,
                owner,
                request,
                amountNano,
                0,
                null,
                0,
                false);
    }

    /** {@code model} is registered, or changes to {@code status}. */
    public static VaultEvent statusEvent(VaultEvent.Kind kind, String model, int status) {
        return new VaultEvent(kind, 1, 1000, 0, Hex.ZERO_32, -1, "", 0, 0, 0, model, status, false);
    }

    /** {@code model} costs {@code priceNano} per million units from {@code effectiveMillis} on. */
    public static VaultEvent priceEvent(
            String model, int version, long priceNano, long effectiveMillis) {
        return new VaultEvent(
                VaultEvent.Kind.MODEL_PRICED,
                1,
                1000,
                0,
                Hex.ZERO_32,
                -1,
                "",
                version,
                priceNano,
                effectiveMillis,
                model,
                0,
                false);
    }
}
