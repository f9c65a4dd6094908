// SPDX-License-Identifier: Apache-2.0
package noroshi.peer;

import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.Stores;

/**
 * What a classifier looks like in Kafka Streams: journal in, outcome, sector
 * topics, web and dispatch.alert out, exactly once, with posture and threads as
 * state stores. Signatures are not checked: compare with a classifier that does
 * not check them either.
 *
 * <p>usage: Classifier SERVERS IN_PREFIX OUT_PREFIX APPLICATION_ID STATE_DIR
 */
public final class Classifier {
  private Classifier() {}

  private static Properties config(String[] args) {
    Properties p = new Properties();
    p.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
    p.put(StreamsConfig.APPLICATION_ID_CONFIG, args[3]);
    p.put(StreamsConfig.STATE_DIR_CONFIG, args[4]);
    p.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    p.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    p.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
    // Tuned for throughput, at the price of latency: with the defaults (100 ms,
    // 16 KiB, 5 ms) it did half as many commands on topics that flush each batch.
    p.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1000);
    p.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 1_000_000);
    p.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 50);
    p.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 10000);
    p.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    p.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
    return p;
  }

  static Topology topology(String in, String out) {
    Topology t = new Topology();
    t.addSource("journal", new ByteArrayDeserializer(), new ByteArrayDeserializer(), in + "journal");
    t.addProcessor("decide", Decide::new, "journal");
    t.addStateStore(
        Stores.keyValueStoreBuilder(
            Stores.inMemoryKeyValueStore("posture"), Serdes.String(), Serdes.Integer()),
        "decide");
    t.addStateStore(
        Stores.keyValueStoreBuilder(
            Stores.inMemoryKeyValueStore("thread"), Serdes.String(), Serdes.Integer()),
        "decide");
    t.addSink(
        "outputs",
        (key, output, context) -> out + output.topic(),
        Output.KEYS,
        Output.VALUES,
        "decide");
    return t;
  }

  public static void main(String[] args) throws InterruptedException {
    if (args.length != 5) {
      System.err.println("usage: Classifier SERVERS IN_PREFIX OUT_PREFIX APPLICATION_ID STATE_DIR");
      System.exit(2);
    }
    KafkaStreams streams = new KafkaStreams(topology(args[1], args[2]), config(args));
    CountDownLatch stop = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  streams.close(Duration.ofSeconds(10));
                  stop.countDown();
                }));
    streams.start();
    stop.await();
  }
}
