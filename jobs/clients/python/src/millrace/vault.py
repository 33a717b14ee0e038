"""The vault, as a requester needs it."""

from __future__ import annotations

import threading
from typing import Any

from .errors import RpcError, TransactionReverted
from .ethereum import Transaction, call_data
from .receipts import ReceiptProof
from .records import Header
from .rpc import Node, until
from .secp256k1 import Key
from .typed_data import HEADER, RECEIPT, abi_kind, abi_values

_VERIFY = f"verifyReceipt(uint64,{abi_kind(RECEIPT)},({abi_kind(HEADER)},bytes32[],uint64[]))"
_MINED_SECONDS = 120
_OPEN_REQUEST = 2
_RELEASED = 3


class Vault:
    """Amounts are nano-USD, 10^-9 of a dollar. What asks the node raises RpcError if it gives an error or no answer."""

    def __init__(self, address: str, chain_id: int, node: Node, key: Key) -> None:
        self.address = address
        self._chain_id = chain_id
        self._node = node
        self._key = key
        self._providers: str | None = None
        # one at a time from the choice of a nonce until the node has it, else two threads would choose the same
        self._sending = threading.Lock()

    def deposit(self, amount_nano: int, final_seconds: float) -> None:
        """Moves tokens of the key into the vault. Returns once the block is final: from then on the engine may hear of it.

        ValueError if it is no whole amount of the token; NotYet after `final_seconds` if the block is mined and not final.
        """
        amount = self._in_token(amount_nano)
        self._transact(self._read_address("token()"), "approve(address,uint256)", self.address, amount)
        block = int(self._transact(self.address, "deposit(uint256)", amount)["blockNumber"], 16)

        def is_final() -> bool | None:
            finalized = self._node.ask("eth_getBlockByNumber", "finalized", False)
            return True if finalized is not None and int(finalized["number"], 16) >= block else None

        until(f"the deposit is mined; that block {block} is final was", final_seconds, is_final)

    def balance(self, owner: str) -> int:
        """What is neither spent nor released of what `owner` has deposited; 0 without an account."""
        account = self._account_of(owner)
        return 0 if account == 0 else self._read("spendingBalanceOf(uint32)", account)

    def withdraw(self, amount_nano: int, release_seconds: float) -> int:
        """Asks for money back, waits until an epoch releases of it, takes that and cancels the rest.

        So what charges and requests in flight need stays. Returns what came, with what earlier withdrawals had left over. NotYet
        after `release_seconds`: it stays asked for; `take_released` gets it later, `cancel_request` takes it back.
        """
        self._transact(self.address, "requestWithdrawal(uint64)", amount_nano)

        def is_released() -> bool | None:
            return True if self._own_account()[_OPEN_REQUEST] < amount_nano else None

        until("the withdrawal stays asked for, take_released() gets it later; its release was", release_seconds, is_released)
        self.cancel_request()
        return self.take_released()

    def cancel_request(self) -> int:
        """Takes back what is open of the key's request, so that it can be spent again; returns how much that was, perhaps 0."""
        if self._own_account()[_OPEN_REQUEST] == 0:
            return 0
        try:
            cancelled = self._transact(self.address, "cancelRequest()")
        except (RpcError, TransactionReverted):
            if self._own_account()[_OPEN_REQUEST] != 0:
                raise
            return 0  # an epoch has released it meanwhile
        # the one value of its only event that is not indexed
        return int(cancelled["logs"][0]["data"], 16)

    def take_released(self) -> int:
        """Takes what epochs have released to the key's own address, in whole units of the token; returns what came."""
        released = self._own_account()[_RELEASED]
        whole = released - released % self._scale()
        if whole > 0:
            self._transact(self.address, "takeReleased(address)", self._key.address)
        return whole

    def header_of(self, header: Header) -> str:
        """EIP-712 digest of the header that was settled, zero if none was."""
        return f"0x{self._read('headerOf(uint64,uint32)', header['epoch'], header['part']):064x}"

    def verify_receipt(self, proof: ReceiptProof) -> bool:
        """Whether the vault itself finds the charge in its epoch."""
        siblings = [sibling.hash for sibling in proof.siblings]
        sums = [sibling.sum_nano for sibling in proof.siblings]
        way = (abi_values(HEADER, proof.header), siblings, sums)
        return self._read(_VERIFY, proof.epoch, abi_values(RECEIPT, proof.receipt), way) == 1

    def earning_owner_of(self, account: int) -> str:
        """Who owns an earning account, lower case."""
        return self._read_address("earningOwnerOf(uint32)", account)

    def signs_until(self, account: int, key: str) -> int:
        """The key answers for requests to an earning account that were admitted before this, unix seconds.

        2^64 - 1 of the key in force, 0 of one that never was: what the registry of providers says that the vault's tribunal names.
        """
        if self._providers is None:  # neither link can change
            tribunal = self._read_address("TRIBUNAL()")
            self._providers = f"0x{self._words_of(tribunal, 'PROVIDERS()')[0]:040x}"
        return self._words_of(self._providers, "signsUntil(uint32,address)", account, key)[0]

    def shard_depth(self) -> int:
        return self._read("SHARD_DEPTH()")

    def _account_of(self, owner: str) -> int:
        return self._read("spendingAccountOf(address)", owner)

    def _own_account(self) -> list[int]:
        """Owner, number of the last request, what is open of it in nano-USD, released nano-USD, when it was made."""
        return self._words("spendingAccount(uint32)", self._account_of(self._key.address))

    def _in_token(self, amount_nano: int) -> int:
        scale = self._scale()
        if amount_nano <= 0 or amount_nano % scale != 0:
            raise ValueError(f"{amount_nano} nano-USD is no whole amount of the token: give a multiple of {scale}")
        return amount_nano // scale

    def _scale(self) -> int:
        """Nano-USD to a unit of the token."""
        return self._read("SCALE()")

    def _read(self, signature: str, *values: Any) -> int:
        return self._words(signature, *values)[0]

    def _read_address(self, signature: str, *values: Any) -> str:
        return f"0x{self._read(signature, *values):040x}"

    def _words(self, signature: str, *values: Any) -> list[int]:
        return self._words_of(self.address, signature, *values)

    def _words_of(self, contract: str, signature: str, *values: Any) -> list[int]:
        call = {"from": self._key.address, "to": contract, "data": _hex(call_data(signature, *values))}
        result = bytes.fromhex(self._node.ask("eth_call", call, "latest")[2:])
        if not result:
            raise RpcError("eth_call", f"{signature} of {contract} returns nothing: no vault is there, or it is of another version")
        return [int.from_bytes(result[i : i + 32], "big") for i in range(0, len(result), 32)]

    def _transact(self, to: str, signature: str, *values: Any) -> dict[str, Any]:
        """Sends a call and returns its receipt.

        RpcError if the node foresees that it reverts; TransactionReverted if it has; NotYet, with its hash, if it is sent and in
        no block: it may be yet.
        """
        data = call_data(signature, *values)
        with self._sending:
            transaction_hash = self._node.ask("eth_sendRawTransaction", _hex(self._transaction(to, data).signed(self._key)))

        def mined() -> dict[str, Any] | None:
            receipt: dict[str, Any] | None = self._node.ask("eth_getTransactionReceipt", transaction_hash)
            return receipt

        receipt = until(f"transaction {transaction_hash}, {signature}, is sent; its block was", _MINED_SECONDS, mined)
        if int(receipt["status"], 16) != 1:
            raise TransactionReverted(transaction_hash)
        return receipt

    def _transaction(self, to: str, data: bytes) -> Transaction:
        call = {"from": self._key.address, "to": to, "data": _hex(data)}
        gas = self._node.number("eth_estimateGas", call)
        tip = self._node.number("eth_maxPriorityFeePerGas")
        base_fee = int(self._node.ask("eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
        return Transaction(
            chain_id=self._chain_id,
            nonce=self._node.number("eth_getTransactionCount", self._key.address, "pending"),
            max_priority_fee_per_gas=tip,
            # the base fee may double within six blocks
            max_fee_per_gas=2 * base_fee + tip,
            # what others do before it is mined may make it dearer
            gas_limit=gas * 6 // 5,
            to=to,
            data=data,
        )


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
