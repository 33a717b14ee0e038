package io.millrace.testing;

import io.millrace.admit.RequestSignature;
import io.millrace.chain.EventPlace;
import io.millrace.chain.VaultEvent;
import io.millrace.unit.Eip712Domain;
import io.millrace.unit.Hex;
import io.millrace.unit.Keccak;
import io.millrace.unit.Secp256k1;
import java.util.List;

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

    /** Of every event below. */
    public static final EventPlace PLACE = new EventPlace(1, 1_000, 0, Hex.ZERO_32);

    private Fixtures() {}

    /** A request id made of a name. */
    public static String id(String name) {
        return Hex.encode(Keccak.hashUtf8(name));
    }

    /** {@code owner} deposited. */
    public static VaultEvent deposited(int account, String owner, long amountNano) {
        return new VaultEvent.Deposited(PLACE, account, owner, amountNano);
    }

    /** {@code owner} asks for money back. */
    public static VaultEvent withdrawalRequested(
            int account, String owner, int request, long amountNano) {
        return new VaultEvent.WithdrawalRequested(PLACE, account, owner, request, amountNano);
    }

    /** {@code model} was registered by Alice. */
    public static VaultEvent modelRegistered(String model) {
        return new VaultEvent.ModelRegistered(PLACE, model, ALICE);
    }

    /** {@code model} changes to {@code status}. */
    public static VaultEvent modelStatus(String model, int status) {
        return new VaultEvent.ModelStatusChanged(PLACE, model, status);
    }

    /** {@code model} costs {@code priceNano} per million units from {@code effectiveMillis} on. */
    public static VaultEvent modelPriced(
            String model, int version, long priceNano, long effectiveMillis) {
        return new VaultEvent.ModelPriced(PLACE, model, version, priceNano, 0, effectiveMillis);
    }

    /** One event of every kind. */
    public static List<VaultEvent> everyVaultEvent() {
        return List.of(
                new VaultEvent.Scanned(8, 8_000, true),
                new VaultEvent.SpendingAccountOpened(PLACE, 5, ALICE),
                new VaultEvent.EarningAccountOpened(PLACE, 6, PROVIDER),
                deposited(5, ALICE, 100),
                withdrawalRequested(5, ALICE, 3, 40),
                new VaultEvent.WithdrawalReleased(PLACE, 5, ALICE, 3, 40),
                new VaultEvent.WithdrawalCancelled(PLACE, 5, ALICE, 3, 39),
                new VaultEvent.ReleaseSkipped(PLACE, 5, ALICE, 4, 41),
                new VaultEvent.Escaped(PLACE, 5, ALICE, 4, 60),
                new VaultEvent.EpochSettled(PLACE, 9, 2, 300),
                modelRegistered(MODEL),
                modelPriced(MODEL, 7, 1_000_000, 70_000),
                modelStatus(MODEL, 2));
    }
}
