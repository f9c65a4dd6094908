// SPDX-License-Identifier: Apache-2.0
package noroshi.peer;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import noroshi.v1.AlertOuterClass.Alert;
import noroshi.v1.AlertOuterClass.Dispatch;
import noroshi.v1.Command.Posture;
import noroshi.v1.Command.PostureChange;
import noroshi.v1.Command.Submission;
import noroshi.v1.Command.SubmissionType;
import noroshi.v1.Decision.Classification;
import noroshi.v1.Decision.Outcome;
import noroshi.v1.Decision.PostureSet;
import noroshi.v1.Decision.Route;
import noroshi.v1.Decision.ThreadChange;
import noroshi.v1.Decision.ThreadSector;
import noroshi.v1.Decision.Verdict;
import noroshi.v1.Notice.Addressing;
import noroshi.v1.Notice.Content;
import noroshi.v1.Notice.Tlp;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** The fold: one journal record in, its outcome and its copies out. */
final class Decide implements Processor<byte[], byte[], String, Output> {
  private static final String ALERT = "noroshi.alert.v1";
  private static final String DISPATCH = "noroshi.dispatch.v1";

  private ProcessorContext<String, Output> context;
  private KeyValueStore<String, Integer> postures;
  private KeyValueStore<String, Integer> threads;
  private MessageDigest sha256;

  @Override
  public void init(ProcessorContext<String, Output> context) {
    this.context = context;
    postures = context.getStateStore("posture");
    threads = context.getStateStore("thread");
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    try {
      decide(record, Submission.parseFrom(record.value()));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a record nobody can read", e);
    }
  }

  private void decide(Record<byte[], byte[]> record, Submission s)
      throws InvalidProtocolBufferException {
    Outcome.Builder outcome =
        Outcome.newBuilder()
            .setJournalOffset(context.recordMetadata().orElseThrow().offset())
            .setSubmissionId(s.getSubmissionId())
            .setType(s.getType())
            .setMode(s.getMode())
            .setPayloadSha256(hash(s.getPayload()))
            .setAddressingSha256(hash(s.getAddressing()))
            .setAcceptedAt(s.getAcceptedAt())
            .setDecidedAt(s.getAcceptedAt());
    if (s.getType() == SubmissionType.SUBMISSION_POSTURE_CHANGE) {
      posture(PostureChange.parseFrom(s.getPayload()), outcome);
    } else {
      notice(
          record, s, Content.parseFrom(s.getPayload()), Addressing.parseFrom(s.getAddressing()),
          outcome);
    }
    send(record, s.getSubmissionId(), common("noroshi.outcome.v1"), "outcome",
        outcome.build().toByteArray());
  }

  private void posture(PostureChange change, Outcome.Builder outcome) {
    postures.put(change.getScope(), change.getPostureValue());
    outcome
        .setVerdict(Verdict.VERDICT_APPLIED)
        .addPostures(
            PostureSet.newBuilder()
                .setScope(change.getScope())
                .setPosture(change.getPosture())
                .setUntil(change.getUntil()));
  }

  private Posture effective(String sector) {
    Integer national = postures.get("*");
    Integer own = postures.get(sector);
    int posture =
        Math.max(
            Math.max(national == null ? 0 : national, own == null ? 0 : own),
            Posture.POSTURE_NORMAL_VALUE);
    return Posture.forNumber(posture);
  }

  private void notice(
      Record<byte[], byte[]> record,
      Submission s,
      Content content,
      Addressing addressing,
      Outcome.Builder outcome) {
    Integer revision = threads.get(content.getThreadId());
    outcome
        .setThreadId(content.getThreadId())
        .setRevision(content.getRevision())
        .setKind(content.getKind())
        .setTlp(content.getTlp())
        .setItemType(content.getItemType())
        .setStream(content.getStream());
    if (content.getRevision() != (revision == null ? 1 : revision + 1)) {
      outcome.setVerdict(Verdict.VERDICT_REJECTED).setField("revision").setRule("gap");
      return;
    }
    threads.put(content.getThreadId(), content.getRevision());
    release(record, s, content, addressing, outcome);
  }

  private void release(
      Record<byte[], byte[]> record,
      Submission s,
      Content content,
      Addressing addressing,
      Outcome.Builder outcome) {
    ThreadChange.Builder thread = threadChange(content);
    List<Classification> realtime = new ArrayList<>();
    boolean web = false;
    for (String sector : addressing.getSectorsList()) {
      Classification copy = classify(s, content, sector);
      ThreadSector.Builder used =
          ThreadSector.newBuilder().setSector(sector).addAllRoutes(copy.getRoutesList());
      outcome.addCopies(copy);
      web |= copy.getRoutesList().contains(Route.ROUTE_WEB);
      if (copy.getRoutesList().contains(Route.ROUTE_REALTIME)) {
        String topic = "alert." + sector + "." + label(content.getTlp());
        realtime.add(copy);
        outcome.addTopics(topic);
        used.addTopics(topic);
        send(record, content.getThreadId(), headers(s, content, ALERT, sector), topic,
            alert(s, outcome, copy));
      }
      thread.addSectors(used);
    }
    if (web) {
      send(record, content.getThreadId(), headers(s, content, ALERT, ""), "web",
          alert(s, outcome, outcome.getCopies(0)));
    }
    if (!realtime.isEmpty()) {
      send(record, content.getThreadId(), headers(s, content, DISPATCH, ""),
          "dispatch.alert", dispatch(s, outcome, realtime));
    }
    outcome
        .setVerdict(realtime.isEmpty() ? Verdict.VERDICT_WAITING : Verdict.VERDICT_RELEASED)
        .setThread(thread);
  }

  private static ThreadChange.Builder threadChange(Content content) {
    return ThreadChange.newBuilder()
        .setThreadId(content.getThreadId())
        .setRevision(content.getRevision())
        .setNoticeId(content.getNoticeId())
        .setKind(content.getKind())
        .setMode(content.getMode())
        .setTlp(content.getTlp())
        .setItemType(content.getItemType())
        .setValidUntil(content.getValidUntil())
        .addNoticeIds(content.getNoticeId());
  }

  private Classification classify(Submission s, Content content, String sector) {
    var column = Cells.column(content.getItemType());
    Posture posture = effective(sector);
    Classification.Builder copy =
        Classification.newBuilder()
            .setColumn(column)
            .setSector(sector)
            .setPosture(posture)
            .setDecidedAt(s.getAcceptedAt());
    for (Route route : Cells.routes(column, posture, content.getUrgency())) {
      if (route != Route.ROUTE_WEB || content.getTlp() == Tlp.TLP_CLEAR) {
        copy.addRoutes(route);
      }
    }
    String rule =
        "cell:"
            + column.name().substring(7)
            + "/" + posture.name().substring(8)
            + "/" + content.getUrgency().name().substring(8);
    return copy.setRouteRule(rule).addRules(rule).build();
  }

  private static byte[] alert(Submission s, Outcome.Builder outcome, Classification copy) {
    return Alert.newBuilder()
        .setPayload(s.getPayload())
        .setAddressingSha256(outcome.getAddressingSha256())
        .addAllSignatures(s.getSignaturesList())
        .setClassification(copy)
        .setAcceptedAt(s.getAcceptedAt())
        .setSubmissionId(s.getSubmissionId())
        .setMode(s.getMode())
        .build()
        .toByteArray();
  }

  private static byte[] dispatch(
      Submission s, Outcome.Builder outcome, List<Classification> realtime) {
    return Dispatch.newBuilder()
        .setPayload(s.getPayload())
        .setAddressing(s.getAddressing())
        .addAllSignatures(s.getSignaturesList())
        .addAllCopies(realtime)
        .setAcceptedAt(s.getAcceptedAt())
        .setJournalOffset(outcome.getJournalOffset())
        .setSubmissionId(s.getSubmissionId())
        .setMode(s.getMode())
        .build()
        .toByteArray();
  }

  private static String label(Tlp tlp) {
    return tlp.name().substring(4).toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  /** CloudEvents in binary mode, and what one filters by: as noroshi writes them. */
  private static Headers headers(Submission s, Content content, String type, String sector) {
    Headers h = common(type);
    add(h, "ce_id", content.getNoticeId());
    add(h, "ce_time", Instant.ofEpochMilli(s.getAcceptedAt()).toString());
    add(h, "thread", content.getThreadId());
    add(h, "revision", Integer.toString(content.getRevision()));
    add(h, "tlp", content.getTlp().name().substring(4));
    add(h, "mode", content.getMode().name().substring(5));
    add(h, "sector", sector);
    return h;
  }

  private static Headers common(String type) {
    Headers h = new RecordHeaders();
    add(h, "content-type", "application/protobuf");
    add(h, "ce_specversion", "1.0");
    add(h, "ce_type", type);
    add(h, "ce_source", "/noroshi/classifier");
    return h;
  }

  private static void add(Headers headers, String name, String value) {
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }

  private ByteString hash(ByteString bytes) {
    sha256.update(bytes.asReadOnlyByteBuffer());
    return ByteString.copyFrom(sha256.digest());
  }

  private void send(
      Record<byte[], byte[]> record, String key, Headers headers, String topic, byte[] value) {
    context.forward(
        new Record<>(key, new Output(topic, value), record.timestamp(), headers), "outputs");
  }
}
