package org.adamant.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes named arrays into a file that {@link SafeTensors} and other systems read.
 *
 * <p>The file is replaced in one go. Everything is written to a new file beside it, whose name begins with its name and
 * ends with {@code .tmp}; this is forced to the disk and then moved over the old one, and last the folder is forced.
 * After a crash of the program or of the machine there is the old file or the new one, whole, and once {@link #write}
 * has returned it is the new one. A crash can leave the file beside it behind; it is never read, and may be deleted
 * when nobody is saving. The promise is that of the file system: moving within a folder must be atomic, and forcing
 * must reach the disk. Where a folder cannot be opened, such as on Windows, it is not forced.
 *
 * <p>A writer is for one thread. What is in the segments is read when the file is written.
 */
public final class SafeTensorsWriter {

  /** The bytes that are handed to the file system at once. */
  private static final long CHUNK = 1 << 20;

  // Never compared.
  @SuppressWarnings("ArrayRecordComponent")
  private record Item(String name, DType dtype, long[] shape, MemorySegment data) {}

  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final Map<String, Item> items = new LinkedHashMap<>();

  private SafeTensorsWriter() {}

  /**
   * A writer of a file that is empty so far.
   *
   * @return the writer
   * @throws UnsupportedOperationException on a machine that is not little endian
   */
  public static SafeTensorsWriter create() {
    SafeTensors.requireLittleEndian(ByteOrder.nativeOrder());
    return new SafeTensorsWriter();
  }

  /**
   * Says something beside the tensors.
   *
   * @param key what it is about
   * @param value what it is
   * @return this
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the key was there before, or either has half of a surrogate pair
   */
  public SafeTensorsWriter metadata(String key, String value) {
    requireText("key", key);
    requireText("value", value);
    if (metadata.containsKey(key)) {
      throw new IllegalArgumentException(
          "key = " + HeaderReader.quote(key) + " is there already: expected another one");
    }
    metadata.put(key, value);
    return this;
  }

  /**
   * Adds a tensor.
   *
   * @param name its name; {@code __metadata__} is none
   * @param dtype how its numbers are written
   * @param shape its dimensions, the outermost first; none for a single number
   * @param data its numbers, all of the segment, in little endian; of any kind: native, mapped, of an array
   * @return this
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the name was there before, is {@code __metadata__} or has half of a surrogate
   *     pair, if the {@linkplain DType#byteSize shape} is none, or the segment is not as long as it says
   */
  public SafeTensorsWriter tensor(String name, DType dtype, long[] shape, MemorySegment data) {
    requireText("name", name);
    SafeTensors.requireNonNull("dtype", dtype);
    SafeTensors.requireNonNull("shape", shape);
    SafeTensors.requireNonNull("data", data);
    if (name.equals(HeaderReader.METADATA) || items.containsKey(name)) {
      throw new IllegalArgumentException(
          "name = " + HeaderReader.quote(name) + ": expected one that is not there yet, and not "
              + HeaderReader.METADATA);
    }
    final long[] copy = shape.clone();
    final long size = dtype.byteSize(copy);
    if (data.byteSize() != size) {
      throw new IllegalArgumentException(
          "tensor " + HeaderReader.quote(name) + ": data has " + data.byteSize()
              + " bytes: expected " + size + " for " + dtype + " and shape = "
              + DType.text(copy));
    }
    items.put(name, new Item(name, dtype, copy, data));
    return this;
  }

  private static void requireText(String name, String text) {
    SafeTensors.requireNonNull(name, text);
    if (HeaderReader.loneSurrogate(text) >= 0) {
      throw new IllegalArgumentException(
          name + " = " + HeaderReader.quote(text)
              + " has half of a surrogate pair: expected text that UTF-8 can hold");
    }
  }

  /**
   * Writes the file and returns when it is on the disk. A symbolic link stays, what it leads to is replaced. A file
   * that is replaced hands on its permissions, where the file system has those of POSIX.
   *
   * <p>If it fails, or the thread is interrupted, what was there before is unchanged and nothing is left beside it. One
   * failure comes later: if the folder cannot be forced, the new file is there already, whole, and the message says so.
   *
   * @param file the file; its folder must be there
   * @throws NullPointerException if the file is null
   * @throws CheckpointException if it could not be written; the message says what failed, the cause why
   * @throws IllegalStateException if a segment's arena is closed
   * @throws WrongThreadException if a segment belongs to another thread
   */
  public void write(Path file) throws CheckpointException {
    write(file, new RealFiles());
  }

  /**
   * Writes the bytes of the file to a channel, for example to one of a distributed file system. Neither forces nor closes
   * it: when the file is there, and what a crash leaves behind, is up to who opened the channel.
   *
   * @param channel where to, in blocking mode
   * @throws NullPointerException if the channel is null
   * @throws IOException if it could not be written; a part may be
   * @throws IllegalStateException if a segment's arena is closed
   * @throws WrongThreadException if a segment belongs to another thread
   */
  public void writeTo(WritableByteChannel channel) throws IOException {
    SafeTensors.requireNonNull("channel", channel);
    final List<Item> sorted = sorted();
    writeAll(
        new FileOperations.Output() {
          @Override
          public void write(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
              channel.write(bytes);
            }
          }

          @Override
          public void force() {
            // Said above.
          }

          @Override
          public void close() {
            // Said above.
          }
        },
        header("the channel", sorted), sorted);
  }

  /** Writes with other operations. */
  void write(Path file, FileOperations files) throws CheckpointException {
    SafeTensors.requireNonNull("file", file);
    final List<Item> sorted = sorted();
    final byte[] header = header(file.toString(), sorted);
    new FileReplacement(files).replace(file, output -> writeAll(output, header, sorted));
  }

  /** As the reference does: from 64 bits down all begin at multiples of their size. */
  private List<Item> sorted() {
    final List<Item> sorted = new ArrayList<>(items.values());
    sorted.sort(Comparator.comparing(Item::dtype).reversed().thenComparing(Item::name));
    return sorted;
  }

  private byte[] header(String file, List<Item> sorted) throws CheckpointException {
    final StringBuilder json = new StringBuilder("{");
    if (!metadata.isEmpty()) {
      appendString(json, HeaderReader.METADATA).append(":{");
      metadata.forEach((key, value) -> {
        appendString(json, key).append(':');
        appendString(json, value).append(',');
      });
      json.setCharAt(json.length() - 1, '}');
      json.append(',');
    }
    long offset = 0;
    for (Item item : sorted) {
      final long begin = offset;
      offset += item.data.byteSize();
      if (offset > DType.MAX_NUMBER) {
        throw new CheckpointException(
            file + ": the tensors have more than 2^48 bytes: expected at most that");
      }
      appendString(json, item.name);
      json.append(":{\"dtype\":\"").append(item.dtype).append("\",\"shape\":[");
      for (int i = 0; i < item.shape.length; i++) {
        json.append(i == 0 ? "" : ",").append(item.shape[i]);
      }
      json.append("],\"data_offsets\":[").append(begin).append(',').append(offset).append("]},");
    }
    if (json.length() > 1) {
      json.setLength(json.length() - 1);
    }
    json.append('}');
    final byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
    final int padded = Math.ceilDiv(bytes.length, Long.BYTES) * Long.BYTES;
    if (padded > SafeTensors.MAX_HEADER) {
      throw new CheckpointException(
          file + ": the header has " + padded + " bytes: expected at most "
              + SafeTensors.MAX_HEADER);
    }
    final ByteBuffer all =
        ByteBuffer.allocate(SafeTensors.HEADER_BEGIN + padded).order(ByteOrder.LITTLE_ENDIAN);
    all.putLong(padded).put(bytes);
    while (all.hasRemaining()) {
      all.put((byte) ' ');
    }
    return all.array();
  }

  private static StringBuilder appendString(StringBuilder json, String string) {
    json.append('"');
    for (int i = 0; i < string.length(); i++) {
      final char c = string.charAt(i);
      switch (c) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\b' -> json.append("\\b");
        case '\f' -> json.append("\\f");
        case '\n' -> json.append("\\n");
        case '\r' -> json.append("\\r");
        case '\t' -> json.append("\\t");
        default -> {
          if (c < ' ') {
            json.append(c < 0x10 ? "\\u000" : "\\u00").append(Integer.toHexString(c));
          } else {
            json.append(c);
          }
        }
      }
    }
    return json.append('"');
  }

  private static void writeAll(FileOperations.Output output, byte[] header, List<Item> items)
      throws IOException {
    output.write(ByteBuffer.wrap(header));
    try (Arena arena = Arena.ofConfined()) {
      // Through memory of our own: not every segment can be seen as a buffer, such as one of a float[].
      final MemorySegment chunk = arena.allocate(CHUNK);
      final ByteBuffer buffer = chunk.asByteBuffer();
      for (Item item : items) {
        final long size = item.data.byteSize();
        for (long at = 0; at < size; at += CHUNK) {
          final int count = (int) Math.min(CHUNK, size - at);
          MemorySegment.copy(item.data, at, chunk, 0, count);
          output.write(buffer.clear().limit(count));
        }
      }
    }
  }
}
