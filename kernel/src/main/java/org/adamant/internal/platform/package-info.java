/**
 * The machine: what this JVM and processor can do, which loop to use, the sentence that says why, and the switch
 * from the scalar path to SIMD. Not exported.
 */
package org.adamant.internal.platform;
