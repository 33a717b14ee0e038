package io.millrace.chain.submit.sim;

import io.millrace.chain.SealedPart;
import io.millrace.chain.rpc.LogEntry;
import io.millrace.chain.rpc.RpcException;
import io.millrace.chain.submit.L2Block;
import io.millrace.chain.submit.TransactionOutcome;
import io.millrace.chain.submit.VaultClient;
import io.millrace.chain.submit.VaultHead;
import io.millrace.chain.submit.fee.Tips;
import java.math.BigInteger;
import java.util.Optional;

/** Answers as another client does; a mutant changes one answer. */
class ForwardingVaultClient implements VaultClient {

    final VaultClient to;

    ForwardingVaultClient(VaultClient to) {
        this.to = to;
    }

    @Override
    public long chainId() throws RpcException {
        return to.chainId();
    }

    @Override
    public String vault() {
        return to.vault();
    }

    @Override
    public String vaultCodeHash() throws RpcException {
        return to.vaultCodeHash();
    }

    @Override
    public String token() throws RpcException {
        return to.token();
    }

    @Override
    public L2Block latestBlock() throws RpcException {
        return to.latestBlock();
    }

    @Override
    public L2Block finalBlock() throws RpcException {
        return to.finalBlock();
    }

    @Override
    public L2Block block(long number) throws RpcException {
        return to.block(number);
    }

    @Override
    public VaultHead head(L2Block at) throws RpcException {
        return to.head(at);
    }

    @Override
    public String headerOf(long epoch, int part, L2Block at) throws RpcException {
        return to.headerOf(epoch, part, at);
    }

    @Override
    public Optional<LogEntry> settled(SealedPart part, long last) throws RpcException {
        return to.settled(part, last);
    }

    @Override
    public boolean isSettler(String address) throws RpcException {
        return to.isSettler(address);
    }

    @Override
    public BigInteger balanceWei(String address) throws RpcException {
        return to.balanceWei(address);
    }

    @Override
    public long nonce(String address) throws RpcException {
        return to.nonce(address);
    }

    @Override
    public Tips tips() throws RpcException {
        return to.tips();
    }

    @Override
    public void simulate(String from, String calldata, L2Block at) throws RpcException {
        to.simulate(from, calldata, at);
    }

    @Override
    public long estimateGas(String from, String calldata) throws RpcException {
        return to.estimateGas(from, calldata);
    }

    @Override
    public void sendRaw(String raw) throws RpcException {
        to.sendRaw(raw);
    }

    @Override
    public Optional<TransactionOutcome> outcome(String transaction) throws RpcException {
        return to.outcome(transaction);
    }
}
