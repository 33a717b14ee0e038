package io.millrace.local.bench.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MoneyStageTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    Source Data Fetcher for Source: requests -> validate (1/2)#0 | org.apache.kafka.clients.consumer.KafkaConsumer | READ
                    Source: requests -> validate (1/2)#0 | io.millrace.unit.Secp256k1 io.millrace.admit.RequestValidator | REQUESTER_SIGNATURE
                    Source: requests -> validate (1/2)#0 | java.lang.String io.millrace.admit.RequestCodec | VALIDATE
                    Source: requests -> validate (1/2)#0 | ai.djl.Native io.millrace.infer.DjlTokenCounter io.millrace.admit.RequestValidator | TOKENIZER
                    admit -> allocate (2/2)#3 | org.rocksdb.RocksDB io.millrace.admit.AdmitFunction | ADMIT
                    allocated -> infer (1/2)#0 | io.millrace.unit.Secp256k1 io.millrace.infer.OutcomeSignature | PROVIDER_SIGNATURE
                    meter -> charges-encoded (1/2)#0 | io.millrace.unit.Keccak io.millrace.infer.OutcomeSignature io.millrace.meter.MeterFunction | METER
                    meter -> evidence-encoded (1/2)#0 | io.millrace.meter.EvidenceCodec io.millrace.job.Outbound io.millrace.meter.MeterFunction | EVIDENCE
                    meter -> results-out: Writer (1/2)#0 | org.apache.flink.connector.kafka.sink.KafkaWriter io.millrace.meter.MeterFunction | RESULT_SENT
                    money-out: Writer -> money-out: Committer (1/2)#0 | org.apache.flink.connector.kafka.sink.ExactlyOnceKafkaWriter | LEDGER_SENT
                    Source: charges-back -> funds-charged (1/1)#0 | io.millrace.job.JsonRecordSchema | READ_BACK
                    meter -> charges-encoded (1/2)#0 | org.apache.flink.streaming.runtime.tasks.StreamTask | FLINK
                    """)
    void of_lookAtAThread_stageOfTheInnermostStep(
            String thread, String calls, MoneyStage expected) {
        StackTraceElement[] stack =
                Arrays.stream(calls.split(" "))
                        .map(call -> new StackTraceElement(call, "call", null, -1))
                        .toArray(StackTraceElement[]::new);
        assertThat(MoneyStage.isTask(thread)).isTrue();
        assertThat(MoneyStage.of(thread, stack)).isEqualTo(expected);
    }
}
