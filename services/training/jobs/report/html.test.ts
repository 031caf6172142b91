import { expect, it } from 'vitest';
import { html } from './html.ts';

it('lets no value become markup, in text or in an attribute, and no markup become text', () => {
  const name = `"><script>alert('&')</script>`;
  const escaped = '&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;';
  expect(html`<b title="${name}">${[html`<i>${name}</i>`, html`<u>${2}</u>`]}</b>`.markup).toBe(
    `<b title="${escaped}"><i>${escaped}</i><u>2</u></b>`,
  );
});
