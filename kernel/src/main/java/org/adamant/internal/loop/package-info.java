/**
 * The loop. {@link org.adamant.internal.loop.ReferenceLoop} is the formula, element by element, and {@link
 * org.adamant.internal.loop.SimdLoop} the same on all lanes; both are templates, of which {@link
 * org.adamant.internal.loop.Specialiser} makes a class for each {@link org.adamant.internal.loop.Specialisation}: a {@link
 * org.adamant.internal.loop.Layout}, a width and a {@link org.adamant.internal.loop.Variant}. {@link
 * org.adamant.internal.loop.Loop} cuts slices into blocks and is what others call. How numbers are written is a {@link
 * org.adamant.internal.loop.Kind}: a new one is added there, in {@link org.adamant.internal.loop.Memory}, and in what the
 * two loops do to load and store. Not exported; nothing here checks its arguments.
 */
@NullMarked
package org.adamant.internal.loop;

import org.jspecify.annotations.NullMarked;
