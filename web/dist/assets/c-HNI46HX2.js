import{v as a}from"./c-A7GKUKUZ.js";var h=/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/,f=n=>n===null||typeof n=="object"&&Object.values(n).every(t=>typeof t=="string"),x=n=>a(`course:${n}`,null,f);function F(n,t){let[,i=t,e=""]=/^(.*?)(\.[a-z]+)?$/.exec(t)??[],r=t;for(let s=2;r in n;s++)r=`${i}-${s}${e}`;return r}function b(n,t){return{"course.yaml":`course: ${n}
title: ${n}
certificate: ${n}
pass: 80
valid_days: 365
currency: ${t}
order:
  - welcome.md
  - questions.gift
`,"welcome.md":`# ${n}

What this is about, in a few lines.
`,"questions.gift":`// [id:first]
What do you do first? {
  =Say what you can do#Right.
  ~Nothing#There is always something.
}
`}}function C(n,t){let i=Object.keys(t).sort();return{added:i.filter(e=>!(e in n)),changed:i.filter(e=>e in n&&n[e]!==t[e]),gone:Object.keys(n).filter(e=>!(e in t)).sort()}}function R(n,t){return n.filter(i=>i.file===t).map(({line:i,severity:e,code:r,message:s,hint:o})=>({line:i,severity:e,code:r,message:s,hint:o,column:1}))}var g=/^order:[ \t]*(?:#.*)?\n((?:[ \t]*(?:-[^\n]*|#[^\n]*)?(?:\n|$))*)/m,d=/^(order:\s*\[)([^\]]*)\]/m,m=(n,t)=>n.split(/[\s,\[\]]+/).some(i=>i.replace(/^["']|["']$/g,"")===t);function w(n,t){let i=n["course.yaml"];if(i===void 0||t==="course.yaml")return n;let e=d.exec(i),r=e?null:g.exec(i);if(!e&&!r||m((e??r)[0],t))return n;if(e)return{...n,"course.yaml":i.replace(d,(c,u,l)=>`${u}${l.trimEnd().replace(/,$/,"")}${l.trim()===""?"":", "}${t}]`)};let s=r.index+r[0].trimEnd().length,o=/^([ \t]*)-/m.exec(r[1])?.[1]??"  ";return{...n,"course.yaml":`${i.slice(0,s)}
${o}- ${t}
${i.slice(s).replace(/^[ \t]*\n/,"")}`}}function k(n,t){let{[t]:i,...e}=n,r=e["course.yaml"];if(r===void 0)return e;let s=t.replace(/[.*+?^${}()|[\]\\]/g,"\\$&"),o=r.replace(g,c=>c.replace(new RegExp(`^[ \\t]*-[ \\t]*["']?${s}["']?[ \\t]*(?:#.*)?\\n?`,"m"),""));return{...e,"course.yaml":o.replace(d,(c,u,l)=>`${u}${l.split(",").filter(p=>p.trim().replace(/^["']|["']$/g,"")!==t).join(",").trimStart()}]`)}}function L(n,t){return[...n.questions.filter(e=>e.file===t).map(e=>({line:e.line,question:e})),...n.findings.filter(e=>e.file===t).map(e=>({line:e.line,finding:e}))].sort((e,r)=>e.line-r.line||+(e.finding!==void 0)-+(r.finding!==void 0))}function O(n,t){let i=URL.createObjectURL(new Blob([t],{type:"text/plain;charset=utf-8"})),e=document.createElement("a");e.href=i,e.download=n,e.click(),setTimeout(()=>URL.revokeObjectURL(i),1e3)}export{h as a,x as b,F as c,b as d,C as e,R as f,w as g,k as h,L as i,O as j};
