// SPDX-License-Identifier: Apache-2.0
package noroshi.peer;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.serialization.Serializer;

/** One record to write: which topic, and its bytes. */
record Output(String topic, byte[] value) {
  static final Serializer<String> KEYS = (topic, key) -> key.getBytes(StandardCharsets.UTF_8);
  static final Serializer<Output> VALUES = (topic, output) -> output.value();
}
