// A small copy of a picture: a hundred full photographs on one page are too much for a phone.

const WIDEST = 960;
const SMALL_BYTES = 250_000;

/** A blob to show on the card and to keep; the file itself where it is small; null where it cannot be shown. */
export async function thumb(file) {
  try {
    const whole = await createImageBitmap(file);
    const scale = Math.min(1, WIDEST / Math.max(whole.width, whole.height));
    if (scale === 1 && file.size <= SMALL_BYTES) return file;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.round(whole.width * scale), Math.round(whole.height * scale)];
    canvas.getContext("2d").drawImage(whole, 0, 0, canvas.width, canvas.height);
    whole.close();
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/webp", 0.82));
  } catch {
    return null; // broken or truncated: the card says so in words
  }
}
