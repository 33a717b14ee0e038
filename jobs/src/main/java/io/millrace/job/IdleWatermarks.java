package io.millrace.job;

import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;

/**
 * For inputs that say nothing about time: they stay idle, whatever they carry, so that the append
 * clock of the request partitions alone drives admission (M8).
 */
final class IdleWatermarks<T> implements WatermarkGenerator<T> {

    private IdleWatermarks() {}

    static <T> WatermarkStrategy<T> strategy() {
        return context -> new IdleWatermarks<>();
    }

    @Override
    public void onEvent(T event, long eventTimestamp, WatermarkOutput output) {
        // an event without meaning for time
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
        output.markIdle();
    }
}
