package org.adamant.internal.width;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/** Reads the flags of a HotSpot JVM, if possible. */
final class JvmFlags {

  private JvmFlags() {}

  /**
   * A flag's value.
   *
   * @param name the flag, as after {@code -XX:}
   * @param otherwise the result if the flag, or any flag, cannot be read: on another JVM, or if the module {@code
   *     jdk.management} is not resolved
   */
  static String value(String name, String otherwise) {
    try {
      final HotSpotDiagnosticMXBean bean =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      return bean == null ? otherwise : bean.getVMOption(name).getValue();
    } catch (LinkageError | IllegalArgumentException e) {
      return otherwise;
    }
  }
}
