package io.millrace.chain.submit.sim;

import io.millrace.chain.SealedPart;
import io.millrace.chain.rpc.LogEntry;
import io.millrace.chain.rpc.RpcErrorKind;
import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.submit.EpochLog;
import io.millrace.chain.submit.L2Block;
import io.millrace.chain.submit.SettlementRecord;
import io.millrace.chain.submit.SettlementRecord.State;
import io.millrace.chain.submit.SubmissionHistory;
import io.millrace.chain.submit.SubmissionJournal;
import io.millrace.chain.submit.TransactionOutcome;
import io.millrace.chain.submit.VaultClient;
import io.millrace.chain.submit.VaultHead;
import io.millrace.chain.submit.fee.FeePolicy;
import io.millrace.chain.submit.fee.MarketFeePolicy;
import io.millrace.testing.MemoryJournal;
import io.millrace.unit.Hex;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The rules, each taken away once. The simulation must miss every one of them. */
enum Mutants implements Mutant {
    DROP_THE_JOURNAL {
        @Override
        public SubmissionJournal journal(SubmissionJournal journal, SimProcess process) {
            return appending(journal, entry -> {});
        }
    },
    JOURNAL_AFTER_SENDING {
        @Override
        public SubmissionJournal journal(SubmissionJournal journal, SimProcess process) {
            return appending(journal, process.heldBack::add);
        }

        @Override
        public VaultClient client(VaultClient client, SimProcess process) {
            return new ForwardingVaultClient(client) {
                @Override
                public void sendRaw(String raw) throws RpcException {
                    to.sendRaw(raw);
                    process.heldBack.forEach(entry -> process.world.journal.store(process, entry));
                    process.heldBack.clear();
                }
            };
        }
    },
    IGNORE_THE_FENCE {
        @Override
        public SubmissionJournal journal(SubmissionJournal journal, SimProcess process) {
            return appending(journal, entry -> process.world.journal.store(process, entry));
        }
    },
    DROP_THE_COMPARE_AND_SWAP {
        @Override
        public boolean vaultComparesAndSwaps() {
            return false;
        }
    },
    TRUST_THE_FIRST_RECEIPT {
        @Override
        public VaultClient client(VaultClient client, SimProcess process) {
            return new ForwardingVaultClient(client) {
                @Override
                public L2Block finalBlock() throws RpcException {
                    return to.latestBlock();
                }
            };
        }
    },
    TRUST_THE_PENDING_NONCE {
        @Override
        public VaultClient client(VaultClient client, SimProcess process) {
            return new ForwardingVaultClient(client) {
                @Override
                public long nonce(String address) throws RpcException {
                    long count = to.nonce(address);
                    Set<Long> pooled = new HashSet<>();
                    process.world.chain.pool.values().forEach(tx -> pooled.add(tx.nonce()));
                    while (pooled.contains(count)) {
                        count++;
                    }
                    return count;
                }
            };
        }
    },
    FORGET_THE_NONCE_FLOOR {
        @Override
        public SubmissionJournal journal(SubmissionJournal journal, SimProcess process) {
            return new ForwardingJournal(journal) {
                /** Without what was signed, a final entry tells nothing of the account. */
                @Override
                public SubmissionHistory history() {
                    List<SettlementRecord> all = process.world.journal.entries;
                    Set<String> settled = new HashSet<>();
                    all.stream()
                            .filter(entry -> entry.state() == State.FINAL)
                            .forEach(entry -> settled.add(entry.header()));
                    return MemoryJournal.historyOf(
                            all.stream()
                                    .filter(
                                            entry ->
                                                    entry.state() == State.FINAL
                                                            || !settled.contains(entry.header()))
                                    .toList());
                }
            };
        }
    },
    REPLACE_WITHOUT_MORE_GAS {
        @Override
        public VaultClient client(VaultClient client, SimProcess process) {
            return new ForwardingVaultClient(client) {
                private final Map<Long, String> first = new HashMap<>();

                @Override
                public void sendRaw(String raw) throws RpcException {
                    SimTransaction tx = process.world.chain.parse(raw);
                    String sent = first.computeIfAbsent(tx.nonce(), nonce -> raw);
                    boolean roomier = tx.gasLimit() > process.world.chain.parse(sent).gasLimit();
                    to.sendRaw(roomier ? sent : raw);
                }
            };
        }
    },
    WATCH_THE_NEWEST_HASH_ONLY {
        @Override
        public VaultClient client(VaultClient client, SimProcess process) {
            return new ForwardingVaultClient(client) {
                private String newest = "";

                @Override
                public void sendRaw(String raw) throws RpcException {
                    newest = process.world.chain.parse(raw).hash();
                    to.sendRaw(raw);
                }

                @Override
                public Optional<TransactionOutcome> outcome(String transaction)
                        throws RpcException {
                    return newest.isEmpty() || newest.equals(transaction)
                            ? to.outcome(transaction)
                            : Optional.empty();
                }
            };
        }
    },
    A_LOST_REPLY_IS_A_FAILURE {
        @Override
        public VaultClient client(VaultClient client, SimProcess process) {
            return new ForwardingVaultClient(client) {
                private final Set<String> failed = new HashSet<>();

                @Override
                public void sendRaw(String raw) throws RpcException {
                    try {
                        to.sendRaw(raw);
                    } catch (RpcException e) {
                        if (e.kind() == RpcErrorKind.UNREACHABLE) {
                            failed.add(process.world.chain.parse(raw).hash());
                        }
                        throw e;
                    }
                }

                @Override
                public Optional<TransactionOutcome> outcome(String transaction)
                        throws RpcException {
                    Optional<TransactionOutcome> there = to.outcome(transaction);
                    return there.isPresent() || !failed.contains(transaction)
                            ? there
                            : Optional.of(
                                    new TransactionOutcome(
                                            transaction, false, 0, "0x", 0, BigInteger.ZERO));
                }
            };
        }
    },
    ACT_ON_A_NODE_BEHIND {
        @Override
        public VaultClient client(VaultClient client, SimProcess process) {
            return new ForwardingVaultClient(client) {
                private final Map<String, L2Block> real = new HashMap<>();
                private long highest;
                private long highestFinal;

                /** What the node shows, under a number that is high enough. */
                @Override
                public L2Block latestBlock() throws RpcException {
                    L2Block shown = to.latestBlock();
                    highest = Math.max(highest, shown.number());
                    real.put(shown.hash(), shown);
                    return new L2Block(highest, shown.hash(), shown.millis(), shown.baseFeeWei());
                }

                @Override
                public L2Block finalBlock() throws RpcException {
                    L2Block newest = to.finalBlock();
                    real.put(newest.hash(), newest);
                    highestFinal = Math.max(highestFinal, newest.number());
                    return new L2Block(
                            highestFinal, newest.hash(), newest.millis(), newest.baseFeeWei());
                }

                private L2Block real(L2Block at) {
                    return real.getOrDefault(at.hash(), at);
                }

                @Override
                public VaultHead head(L2Block at) throws RpcException {
                    return to.head(real(at));
                }

                @Override
                public String headerOf(long epoch, int part, L2Block at) throws RpcException {
                    return to.headerOf(epoch, part, real(at));
                }

                @Override
                public void simulate(String from, String calldata, L2Block at) throws RpcException {
                    to.simulate(from, calldata, real(at));
                }

                @Override
                public L2Block block(long number) throws RpcException {
                    return real.values().stream()
                            .filter(block -> block.number() == number)
                            .findFirst()
                            .orElse(to.block(number));
                }
            };
        }
    },
    SKIP_THE_BLOCK_HASH {
        @Override
        public VaultClient client(VaultClient client, SimProcess process) {
            return new ForwardingVaultClient(client) {
                private final Map<Long, LogEntry> seen = new HashMap<>();

                @Override
                public Optional<LogEntry> settled(SealedPart part, long last) throws RpcException {
                    Optional<LogEntry> event = to.settled(part, last);
                    event.ifPresent(e -> seen.put(e.block(), e));
                    return event;
                }

                @Override
                public L2Block block(long number) throws RpcException {
                    L2Block block = to.block(number);
                    LogEntry event = seen.get(number);
                    return event == null
                            ? block
                            : new L2Block(
                                    number, event.blockHash(), block.millis(), block.baseFeeWei());
                }
            };
        }
    },
    COMPARE_EPOCHS_NOT_HEADERS {
        @Override
        public VaultClient client(VaultClient client, SimProcess process) {
            return new ForwardingVaultClient(client) {
                @Override
                public String headerOf(long epoch, int part, L2Block at) throws RpcException {
                    String header = to.headerOf(epoch, part, at);
                    return process.world.log.stream()
                            .filter(logged -> !header.equals(Hex.ZERO_32))
                            .filter(logged -> logged.header().epoch() == epoch)
                            .filter(logged -> logged.header().part() == part)
                            .map(SealedPart::hash)
                            .findFirst()
                            .orElse(header);
                }
            };
        }
    },
    BUMP_BY_FIVE_PERCENT {
        @Override
        public FeePolicy fees(FeePolicy fees) {
            return new TimidFees(fees);
        }
    },
    NEVER_PUBLISH_AGAIN {
        @Override
        public VaultClient client(VaultClient client, SimProcess process) {
            return new ForwardingVaultClient(client) {
                private final Set<String> published = new HashSet<>();

                @Override
                public void sendRaw(String raw) throws RpcException {
                    if (published.add(raw)) {
                        to.sendRaw(raw);
                    }
                }
            };
        }
    },
    NO_FEE_CAP {
        @Override
        public FeePolicy fees(FeePolicy fees) {
            return new MarketFeePolicy(1_000, 1_000_000_000L, 1_000_000_000_000L, 5);
        }
    },
    A_REVERT_IS_SUCCESS {
        @Override
        public VaultClient client(VaultClient client, SimProcess process) {
            return new ForwardingVaultClient(client) {
                @Override
                public Optional<TransactionOutcome> outcome(String transaction)
                        throws RpcException {
                    return to.outcome(transaction)
                            .map(
                                    o ->
                                            new TransactionOutcome(
                                                    o.transaction(),
                                                    true,
                                                    o.block(),
                                                    o.blockHash(),
                                                    o.gasUsed(),
                                                    o.feeWei()));
                }
            };
        }
    },
    TRUST_A_SHORT_LOG {
        @Override
        public EpochLog log(EpochLog log, SimProcess process) {
            SimWorld world = process.world;
            return () ->
                    Optional.of(
                            world.sealed(
                                    world.header(
                                            Hex.ZERO_32,
                                            new SimWorld.Place(Long.MAX_VALUE, 0, 1),
                                            1,
                                            "far ahead")));
        }
    },
    SIGN_WITHOUT_ASKING_THE_VAULT {
        @Override
        public VaultClient client(VaultClient client, SimProcess process) {
            return new ForwardingVaultClient(client) {
                @Override
                public void simulate(String from, String calldata, L2Block at) {}

                @Override
                public long estimateGas(String from, String calldata) {
                    return SimChain.GAS;
                }
            };
        }
    };

    private static SubmissionJournal appending(
            SubmissionJournal journal, Consumer<SettlementRecord> append) {
        return new ForwardingJournal(journal) {
            @Override
            public void append(SettlementRecord entry) {
                append.accept(entry);
            }
        };
    }
}
