package org.adamant.spark;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.executor.TaskMetrics;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerBlockUpdated;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.storage.BlockUpdatedInfo;
import org.apache.spark.storage.BroadcastBlockId;

/** Sums the bytes that Spark reports as moved over all jobs of steps. */
final class Moved extends SparkListener {

  final AtomicLong written = new AtomicLong();
  final AtomicLong read = new AtomicLong();
  final AtomicLong readFromOthers = new AtomicLong();
  final AtomicLong returned = new AtomicLong();
  final AtomicLong broadcast = new AtomicLong();
  private final Map<Integer, String> stages = new ConcurrentHashMap<>();

  @Override
  public void onStageSubmitted(SparkListenerStageSubmitted event) {
    stages.put(
        event.stageInfo().stageId(),
        event.properties().getProperty("spark.job.description", ""));
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd event) {
    final String stage = stages.getOrDefault(event.stageId(), "");
    final TaskMetrics metrics = event.taskMetrics();
    if (metrics != null && stage.contains("step ") && !stage.contains("checkpoint")) {
      written.addAndGet(metrics.shuffleWriteMetrics().bytesWritten());
      read.addAndGet(metrics.shuffleReadMetrics().totalBytesRead());
      readFromOthers.addAndGet(metrics.shuffleReadMetrics().remoteBytesRead());
      returned.addAndGet(metrics.resultSize());
    }
  }

  @Override
  public void onBlockUpdated(SparkListenerBlockUpdated event) {
    final BlockUpdatedInfo block = event.blockUpdatedInfo();
    // Small ones are Spark's own, of tasks.
    if (block.storageLevel().isValid() && !block.blockManagerId().isDriver()
        && block.blockId() instanceof BroadcastBlockId id && id.field().startsWith("piece")
        && block.memSize() > 100_000) {
      broadcast.addAndGet(block.memSize());
    }
  }

  @Override
  public String toString() {
    return written + " " + read + " " + readFromOthers + " " + returned + " " + broadcast;
  }
}
