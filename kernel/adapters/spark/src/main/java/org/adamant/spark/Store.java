package org.adamant.spark;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.adamant.Format;
import org.adamant.checkpoint.CheckpointException;
import org.adamant.checkpoint.DType;
import org.adamant.checkpoint.SafeTensorsWriter;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Checkpoints in a folder of any Hadoop file system. Each is a folder {@code checkpoint-<step>} with a safetensors
 * file for each shard, whose name is never used twice, and {@code index.json}, which is written under another name
 * and renamed when all else is there.
 */
final class Store implements Serializable {

  private static final long serialVersionUID = 1;

  static final String PARAM = "param.";
  static final String STATE = "state.";
  static final String M = ".exp_avg";
  static final String V = ".exp_avg_sq";
  static final String MAXIMUM = ".max_exp_avg_sq";
  static final String AVERAGE = ".average";
  private static final String INDEX = "index.json";
  private static final Pattern FOLDER = Pattern.compile("checkpoint-(\\d{1,19})");

  /** The newest checkpoint and the one before are kept, in case others damage the newest. */
  private static final int KEPT = 2;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final String directory;

  /** Hadoop's. The first is for the driver; the second, a broadcast as it is large, for executors, or null. */
  private final transient Configuration configuration;

  private final Broadcast<SerializableConfiguration> everywhere;

  Store(String directory, Configuration configuration, JavaSparkContext spark) {
    this.directory = directory;
    this.configuration = configuration;
    this.everywhere =
        spark == null ? null : spark.broadcast(new SerializableConfiguration(configuration));
  }

  private FileSystem files() throws IOException {
    return new Path(directory)
        .getFileSystem(configuration == null ? everywhere.value().value() : configuration);
  }

  /** Destroys the configuration of executors, which cannot use the store any more. */
  void close() {
    everywhere.destroy();
  }

  private Path folder(long step) {
    return new Path(directory, String.format("checkpoint-%012d", step));
  }

  /** Refuses a folder in which nothing can be written. */
  void requireWritable() {
    try {
      final Path probe = new Path(directory, ".probe-" + UUID.randomUUID());
      files().mkdirs(new Path(directory));
      files().create(probe, false).close();
      files().delete(probe, false);
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "checkpoint directory = " + directory + ": expected a folder that can be written (" + e
              + ")",
          e);
    }
  }

  /** {@return the steps of the complete checkpoints, the newest last} */
  private List<Long> steps() throws IOException {
    final List<Long> steps = new ArrayList<>();
    final FileStatus[] found;
    try {
      found = files().listStatus(new Path(directory));
    } catch (FileNotFoundException e) {
      return steps;
    }
    for (FileStatus status : found) {
      final var matcher = FOLDER.matcher(status.getPath().getName());
      if (matcher.matches() && files().exists(new Path(status.getPath(), INDEX))) {
        steps.add(Long.parseLong(matcher.group(1)));
      }
    }
    steps.sort(null);
    return steps;
  }

  /** {@return the newest checkpoint; null if there is none} */
  Index newest() throws IOException {
    final List<Long> steps = steps();
    if (steps.isEmpty()) {
      return null;
    }
    final Path file = new Path(folder(steps.getLast()), INDEX);
    try (FSDataInputStream in = files().open(file)) {
      final Index index = JSON.readValue(in.readAllBytes(), Index.class);
      if (index.version() != Index.VERSION) {
        throw new CheckpointException(
            file + ": version = " + index.version() + ": expected " + Index.VERSION);
      }
      return index;
    } catch (JacksonException e) {
      throw new CheckpointException(
          file + ": expected the index of a checkpoint (" + e.getOriginalMessage() + ")", e);
    }
  }

  /** Makes a checkpoint valid, and removes those before the last but one. */
  void commit(Index index) throws IOException {
    final Path temporary = new Path(folder(index.step()), INDEX + "." + UUID.randomUUID());
    try (FSDataOutputStream out = files().create(temporary, false)) {
      out.write(JSON.writeValueAsBytes(index));
      out.hsync();
    }
    final Path file = new Path(folder(index.step()), INDEX);
    if (!files().rename(temporary, file)) {
      throw new IOException(file + " could not be written: expected that there is none yet");
    }
    final List<Long> steps = steps();
    for (long step : steps.subList(0, Math.max(0, steps.size() - KEPT))) {
      // The index first, so that a crash leaves no checkpoint that looks valid.
      files().delete(new Path(folder(step), INDEX), false);
      files().delete(folder(step), true);
    }
  }

  // ---- Shards. ----

  /** Writes a shard to a file of its own, on an executor. */
  Index.ShardFile write(long step, Cut cut, Shard shard) throws IOException {
    final SafeTensorsWriter writer = SafeTensorsWriter.create();
    final List<Index.Part> parts = new ArrayList<>();
    final Cut.Range[] ranges = cut.ranges(shard.index());
    for (int i = 0; i < ranges.length; i++) {
      final Cut.Parameter of = cut.of(ranges[i]);
      final Shard.Part part = shard.parts()[i];
      final Format computing = Numbers.computing(of.format());
      writer.metadata("adamant.first." + of.name(), Integer.toString(ranges[i].first()));
      add(writer, PARAM + of.name(), of.format(), part.params());
      add(writer, STATE + of.name() + M, of.m(), part.m());
      add(writer, STATE + of.name() + V, of.v(), part.v());
      add(writer, STATE + of.name() + MAXIMUM, computing, part.maximum());
      add(writer, STATE + of.name() + AVERAGE, computing, part.average());
      parts.add(new Index.Part(of.name(), ranges[i].first(), ranges[i].length()));
    }
    return write(step, shard.index(), cut.shards(), writer, parts);
  }

  Index.ShardFile write(
      long step, int index, int shards, SafeTensorsWriter writer, List<Index.Part> parts)
      throws IOException {
    // No other attempt has this name, so the file that the index names is complete and is not written any more.
    final String name =
        String.format(
            "shard-%05d-of-%05d-%s.safetensors", index, shards, UUID.randomUUID());
    final Path file = new Path(folder(step), name);
    try (FSDataOutputStream out = files().create(file, false)) {
      writer.writeTo(Channels.newChannel(out));
      out.hsync();
    }
    return new Index.ShardFile(name, files().getFileStatus(file).getLen(), parts);
  }

  private static void add(SafeTensorsWriter writer, String name, Format format, Object array) {
    if (array != null) {
      add(writer, name, format, Numbers.segment(array));
    }
  }

  static void add(SafeTensorsWriter writer, String name, Format format, MemorySegment data) {
    final DType type =
        switch (format) {
          case FLOAT32 -> DType.F32;
          case FLOAT64 -> DType.F64;
          case BFLOAT16 -> DType.BF16;
          case BLOCK8 -> DType.U8;
        };
    writer.tensor(
        name, type, new long[] {data.byteSize() * Byte.SIZE / type.bits()}, data);
  }

  /** Reads a shard of any cut from the files of another one, on an executor. */
  Shard read(Index index, Cut cut, int shard) throws IOException {
    final Cut.Range[] ranges = cut.ranges(shard);
    final Shard.Part[] parts = new Shard.Part[ranges.length];
    try (Reader reader = reader(index)) {
      for (int i = 0; i < parts.length; i++) {
        final Cut.Parameter of = cut.of(ranges[i]);
        final Index.Parameter known = index.parameters().get(ranges[i].parameter());
        final Format computing = Numbers.computing(of.format());
        parts[i] =
            new Shard.Part(
                reader.array(PARAM, of.name(), "", of.format(), ranges[i]),
                reader.array(
                    STATE, of.name(), M, known.steps() == 0 ? null : known.m(), ranges[i]),
                reader.array(
                    STATE, of.name(), V, known.steps() == 0 ? null : known.v(), ranges[i]),
                reader.array(
                    STATE, of.name(), MAXIMUM, known.hasMaximum() ? computing : null,
                    ranges[i]),
                reader.array(
                    STATE, of.name(), AVERAGE, known.hasAverage() ? computing : null,
                    ranges[i]));
        if (of.isStepped() && parts[i].m() == null) {
          // The parameter has not been stepped yet.
          parts[i] =
              new Shard.Part(
                  parts[i].params(), Numbers.zeros(of.m(), ranges[i].length()),
                  Numbers.zeros(of.v(), ranges[i].length()), parts[i].maximum(),
                  parts[i].average());
        }
      }
    }
    return new Shard(shard, index.changed(), parts);
  }

  Reader reader(Index index) {
    return new Reader(index);
  }

  /** Reads elements of parameters from the files that have them. */
  final class Reader implements AutoCloseable {

    private static final int CHUNK = 1 << 20;

    private final Index index;
    private final Map<String, Open> open = new HashMap<>();
    private final byte[] chunk = new byte[CHUNK];

    private record Open(FSDataInputStream in, JsonNode header, long data) {}

    private Reader(Index index) {
      this.index = index;
    }

    private Serializable array(
        String prefix, String name, String suffix, Format format, Cut.Range range)
        throws IOException {
      if (format == null) {
        return null;
      }
      final Serializable array = Numbers.zeros(format, range.length());
      read(
          prefix, name, suffix, format, range.first(), range.length(), Numbers.segment(array));
      return array;
    }

    /** Reads elements, whole blocks or up to the last one. */
    void read(
        String prefix, String name, String suffix, Format format, int first, int length,
        MemorySegment to)
        throws IOException {
      long count = 0;
      for (Index.ShardFile shard : index.shards()) {
        for (Index.Part part : shard.parts()) {
          final int from = Math.max(first, part.first());
          final long end =
              Math.min((long) first + length, (long) part.first() + part.length());
          if (part.name().equals(name) && from < end) {
            final int some = (int) (end - from);
            final Open file = open(shard);
            final String tensor = prefix + name + suffix;
            final JsonNode offsets = file.header.path(tensor).path("data_offsets");
            final long begin = offsets.path(0).asLong(-1);
            if (begin < 0
                || offsets.path(1).asLong() - begin != format.byteSize(part.length())) {
              throw new CheckpointException(
                  shard.file() + ": tensor '" + tensor + "' is " + file.header.path(tensor)
                      + ": expected " + part.length() + " numbers in " + format);
            }
            final long at = file.data + begin;
            // In 8 bits, the scales follow all numbers of the tensor.
            final long bytes = format == Format.BLOCK8 ? some : format.byteSize(some);
            copy(
                file, at + size(format, from - part.first()), bytes, to,
                size(format, from - first));
            if (format == Format.BLOCK8) {
              copy(
                  file, at + part.length() + scales(from - part.first()), scales(some), to,
                  length + scales(from - first));
            }
            count += some;
          }
        }
      }
      if (count != length) {
        throw new CheckpointException(
            directory + ": the checkpoint of step " + index.step() + " has " + count
                + " elements of '" + name + "' from " + first + " on: expected " + length);
      }
    }

    private static long size(Format format, long numbers) {
      return format == Format.BLOCK8 ? numbers : format.byteSize(numbers);
    }

    private static long scales(long numbers) {
      return Format.BLOCK8.byteSize(numbers) - numbers;
    }

    private void copy(Open file, long position, long bytes, MemorySegment to, long offset)
        throws IOException {
      for (long done = 0; done < bytes; done += CHUNK) {
        final int some = (int) Math.min(CHUNK, bytes - done);
        file.in.readFully(position + done, chunk, 0, some);
        MemorySegment.copy(MemorySegment.ofArray(chunk), 0, to, offset + done, some);
      }
    }

    private Open open(Index.ShardFile shard) throws IOException {
      final Open before = open.get(shard.file());
      if (before != null) {
        return before;
      }
      final Path path = new Path(folder(index.step()), shard.file());
      final long bytes = files().getFileStatus(path).getLen();
      if (bytes != shard.bytes()) {
        throw new CheckpointException(
            path + " has " + bytes + " bytes: expected " + shard.bytes() + ", as its index says");
      }
      final FSDataInputStream in = files().open(path);
      final byte[] length = new byte[Long.BYTES];
      in.readFully(0, length);
      final long size = ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong();
      if (size < 0 || size > bytes - Long.BYTES) {
        in.close();
        throw new CheckpointException(path + ": header length = " + size + ": expected less");
      }
      final byte[] header = new byte[Math.toIntExact(size)];
      in.readFully(Long.BYTES, header);
      final Open file = new Open(in, JSON.readTree(header), Long.BYTES + size);
      open.put(shard.file(), file);
      return file;
    }

    @Override
    public void close() throws IOException {
      for (Open file : open.values()) {
        file.in.close();
      }
    }
  }
}
