package io.millrace.local.chaos;

import io.millrace.job.topic.TopicScan;
import java.io.IOException;

/** Committed records of topics, as they come. */
interface Feed extends AutoCloseable {

    /** Visits what has come in, waiting a little if nothing has. */
    void poll(TopicScan.Visitor visitor) throws IOException;

    @Override
    void close();
}
