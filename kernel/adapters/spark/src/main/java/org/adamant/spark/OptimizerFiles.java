package org.adamant.spark;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.adamant.AdamOptimizer;
import org.adamant.Format;
import org.adamant.checkpoint.DType;
import org.adamant.checkpoint.SafeTensors;
import org.adamant.checkpoint.SafeTensorsWriter;
import org.adamant.training.LossScale;

/** Converts checkpoints to files of the optimizer of one machine, and back. */
final class OptimizerFiles {

  private static final String PARAMETER = "parameter.";
  private static final long ALIGNMENT = 64;

  private OptimizerFiles() {}

  static void save(Store store, Path file) throws IOException {
    final Index index = store.newest();
    if (index == null) {
      throw new IOException("there is no checkpoint: expected one");
    }
    try (Arena arena = Arena.ofConfined(); Store.Reader reader = store.reader(index)) {
      final SafeTensorsWriter writer = SafeTensorsWriter.create();
      Settings.put(writer, index.optimizer());
      int place = 0;
      for (Index.Parameter p : index.parameters()) {
        final Format computing = Numbers.computing(p.format());
        final Copy copy = new Copy(writer, reader, arena, p);
        copy.tensor(Store.PARAM, "", p.format());
        if (p.steps() == 0) {
          continue;
        }
        Settings.put(
            writer, PARAMETER + p.name(),
            "place=" + place++ + " format=" + p.format() + " length=" + p.length() + " number="
                + p.number() + " isSegment=false m=" + p.m() + " v=" + p.v() + " isAveraged="
                + p.isAveraged());
        copy.tensor(Store.STATE, Store.M, p.m());
        copy.tensor(Store.STATE, Store.V, p.v());
        copy.tensor(Store.STATE, Store.MAXIMUM, p.hasMaximum() ? computing : null);
        copy.tensor(Store.STATE, Store.AVERAGE, p.hasAverage() ? computing : null);
        writer.tensor(
            Store.STATE + p.name() + ".step", DType.I64, new long[0],
            MemorySegment.ofArray(new long[] {p.steps()}));
      }
      writer.write(file);
    }
  }

  private record Copy(
      SafeTensorsWriter writer, Store.Reader reader, Arena arena, Index.Parameter parameter) {

    void tensor(String prefix, String suffix, Format format) throws IOException {
      if (format != null) {
        final MemorySegment data =
            arena.allocate(format.byteSize(parameter.length()), ALIGNMENT);
        reader.read(prefix, parameter.name(), suffix, format, 0, parameter.length(), data);
        Store.add(writer, prefix + parameter.name() + suffix, format, data);
      }
    }
  }

  static void load(Store store, Settings settings, Path file, boolean isStrict)
      throws IOException {
    store.requireWritable();
    if (store.newest() != null) {
      throw new IllegalArgumentException(
          "checkpoint directory = " + settings.directory
              + " has checkpoints: expected one without, or fit(..) to go on from them");
    }
    // The optimizer checks its own files best, and its messages say what is wrong.
    final AdamOptimizer optimizer =
        isStrict
            ? settings.optimizer().load(file)
            : settings.optimizer().loadWithNewSettings(file, Map.of());
    final Map<String, String> said = Settings.metadata(file);
    if (!said.get("microBatch").equals("0")) {
      throw new IllegalArgumentException(
          file + " was saved after " + said.get("microBatch")
              + " micro-batches of an update: expected one that was saved between updates");
    }
    if (isStrict) {
      requireSame(file, "adam", said.get("adam"), settings.adam);
    }
    for (Settings.Group group : settings.groups) {
      final String frozen = said.get("frozen." + group.name());
      if (frozen != null) {
        requireSame(file, "frozen." + group.name(), frozen, group.isFrozen());
      }
    }
    final long updates = optimizer.stepCount();
    try (Arena arena = Arena.ofConfined()) {
      final SafeTensors tensors = SafeTensors.map(file, arena);
      final SafeTensorsWriter writer = SafeTensorsWriter.create();
      final List<Index.Parameter> parameters = new ArrayList<>();
      final List<Index.Part> parts = new ArrayList<>();
      for (Map<String, String> fields : inOrder(said, tensors)) {
        final Index.Parameter p = parameter(settings, optimizer, tensors, file, fields);
        writer.metadata("adamant.first." + p.name(), "0");
        for (String name : List.of(
            Store.PARAM + p.name(), Store.STATE + p.name() + Store.M,
            Store.STATE + p.name() + Store.V, Store.STATE + p.name() + Store.MAXIMUM,
            Store.STATE + p.name() + Store.AVERAGE)) {
          if (tensors.names().contains(name)) {
            final var tensor = tensors.tensor(name);
            writer.tensor(name, tensor.dtype(), tensor.shape(), tensor.data());
          }
        }
        parameters.add(p);
        parts.add(new Index.Part(p.name(), 0, p.length()));
      }
      final Index.ShardFile shard = store.write(updates, 0, 1, writer, parts);
      final LossScale.State scale = Run.lossScale(said, settings);
      store.commit(
          new Index(
              Index.VERSION, updates, updates, settings.samples,
              settings.metadata(updates, scale), parameters, List.of(shard)));
    }
  }

  /** Refuses a value that was changed after the optimizer was built. */
  private static void requireSame(Path file, String name, String there, Object here) {
    if (!here.toString().equals(there)) {
      throw new IllegalArgumentException(
          file + " was saved with " + name + " = " + there + ": expected " + here
              + ", as this optimizer is built");
    }
  }

  /** The metadata of each parameter, in the order in which the optimizer saw them, then of those without state. */
  private static List<Map<String, String>> inOrder(Map<String, String> said, SafeTensors tensors) {
    final List<Map<String, String>> all = new ArrayList<>();
    said.forEach((key, text) -> {
      if (key.startsWith(PARAMETER)) {
        final Map<String, String> fields = new HashMap<>();
        for (String field : text.split(" ", 0)) {
          final int end = field.indexOf('=');
          fields.put(field.substring(0, end), field.substring(end + 1));
        }
        fields.put("name", key.substring(PARAMETER.length()));
        all.add(fields);
      }
    });
    all.sort(Comparator.comparing(fields -> Long.valueOf(fields.get("place"))));
    for (String name : tensors.names()) {
      if (name.startsWith(Store.PARAM)
          && !said.containsKey(PARAMETER + name.substring(Store.PARAM.length()))) {
        all.add(Map.of("name", name.substring(Store.PARAM.length())));
      }
    }
    return all;
  }

  private static Index.Parameter parameter(
      Settings settings, AdamOptimizer optimizer, SafeTensors tensors, Path file,
      Map<String, String> fields) {
    final String name = fields.get("name");
    if (!tensors.names().contains(Store.PARAM + name)) {
      throw new IllegalArgumentException(
          file + " has no parameter '" + name
              + "': expected a file that was saved with all parameters, optimizer.save(file, params)");
    }
    if (fields.containsKey("rowLength")) {
      throw new IllegalArgumentException(
          file + ": parameter '" + name
              + "' has had gradients of rows: expected parameters with dense gradients");
    }
    final var param = tensors.tensor(Store.PARAM + name);
    final Format format =
        switch (param.dtype()) {
          case F64 -> Format.FLOAT64;
          case BF16 -> Format.BFLOAT16;
          default -> Format.FLOAT32;
        };
    final long length = param.elements();
    final Format named =
        fields.containsKey("format") ? Format.valueOf(fields.get("format")) : format;
    if (format != named || length > Numbers.LONGEST
        || fields.containsKey("length") && length != Long.parseLong(fields.get("length"))) {
      throw new IllegalArgumentException(
          file + ": parameter '" + name + "' is " + param + ": expected one in an array, and "
              + named + " of length "
              + fields.getOrDefault("length", "at most " + Numbers.LONGEST));
    }
    if (!fields.containsKey("m")) {
      final boolean isFrozen = settings.isFrozen(name);
      return Run.fresh(settings, name, format, (int) length, isFrozen);
    }
    final List<String> names = tensors.names();
    return new Index.Parameter(
        name, format, (int) length, Long.parseLong(fields.get("number")),
        optimizer.stepCount(name), Format.valueOf(fields.get("m")),
        Format.valueOf(fields.get("v")),
        names.contains(Store.STATE + name + Store.MAXIMUM),
        names.contains(Store.STATE + name + Store.AVERAGE),
        Boolean.parseBoolean(fields.get("isAveraged")));
  }
}
