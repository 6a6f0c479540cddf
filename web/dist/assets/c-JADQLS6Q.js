import{za as e}from"./c-X4WZKRKF.js";function t({rows:o}){return e("dl",{class:"kv",children:o.map((n,d)=>[e("dt",{children:n.name},`n${d}`),e("dd",{children:n.value},`v${d}`)])})}export{t as a};
